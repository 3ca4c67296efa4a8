/** The data directory of a process. One marked `demo` holds invented data, so real operation refuses it, and the reverse. */
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SettingsError } from './settings.ts'

/** @throws SettingsError when a demo directory meets a real process, naming both ways out */
export function openDataDirectory(settings: { SIAGA_DATA_DIR: string; SIAGA_DEMO: boolean }): string {
  const path = resolve(settings.SIAGA_DATA_DIR)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (existsSync(join(path, 'demo')) && !settings.SIAGA_DEMO) {
    throw new SettingsError(
      `SIAGA_DATA_DIR "${path}" holds demo data. Choose another directory, or set SIAGA_DEMO=1 to look at the demo.`,
    )
  }
  return path
}
