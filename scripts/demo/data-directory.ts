/** The demonstration's data directory, marked by a file `demo`: real processes refuse it, and it refuses real data. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export class DataDirectoryError extends Error {}

export interface DemoDirectory {
  readonly path: string
  readonly logs: string
  /** False when an earlier demonstration left its data here. */
  readonly isNew: boolean
}

/** @throws DataDirectoryError when the directory holds something else than a demonstration */
export function prepareDataDirectory(wanted: string): DemoDirectory {
  const path = resolve(wanted)
  const mark = join(path, 'demo')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const isNew = !existsSync(mark)
  if (isNew && readdirSync(path).length > 0) {
    throw new DataDirectoryError(
      `SIAGA_DATA_DIR "${path}" holds data of real operation; a demonstration would mix invented data into it. Choose an empty directory.`,
    )
  }
  if (isNew) writeFileSync(mark, 'Invented data: written by npm start. Real processes refuse this directory.\n')
  const logs = join(path, 'logs')
  mkdirSync(logs, { recursive: true })
  return { path, logs, isNew }
}
