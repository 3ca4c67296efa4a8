/**
 * Locks the strike from outside, for when nothing holds it any more: a line stays driven after its process was
 * killed. Needs neither `onoff` nor its addon.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GpioBackend } from './backends.ts'
import { headerBase, SYSFS_DIRECTORY } from './sysfs.ts'
import type { Line } from './wiring.ts'

/** Loads what the backend needs now, so that the returned function can work at once. It throws when the kernel refuses. */
export async function openRelock(backend: GpioBackend, strike: Line): Promise<() => void> {
  if (backend === 'onoff') return () => relockSysfs(strike)
  if (backend === 'cdev') {
    const { relockCdev } = await import('./cdev.ts')
    return () => relockCdev(strike)
  }
  return () => {} // simulated lines die with the process that has them
}

/** Direction and voltage at once: `high` is how an active-low relay is at rest. */
function relockSysfs({ bcm, activeLow }: Line): void {
  const number = headerBase() + bcm
  const line = join(SYSFS_DIRECTORY, `gpio${number}`)
  if (!existsSync(line)) writeFileSync(join(SYSFS_DIRECTORY, 'export'), `${number}`)
  writeFileSync(join(line, 'direction'), activeLow ? 'high' : 'low')
}
