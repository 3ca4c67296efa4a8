/** CLOCK_BOOTTIME: runs on through a suspend, and no time server or operator can set it back (proc_uptime(5)). */
import { readFileSync } from 'node:fs'

/** Milliseconds since boot, in steps of 10. */
export function bootTimeMs(): number {
  return Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1_000)
}
