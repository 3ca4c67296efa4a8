/** Time as a parameter: judgements use `monoMs`, people read `wallMs`. Tests pass their own. */
import { readFileSync } from 'node:fs'

export interface Clock {
  /** Epoch milliseconds; may step. */
  wallMs(): number
  /** CLOCK_MONOTONIC in milliseconds, the same for all processes of one boot of one host. */
  monoMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  // hrtime is CLOCK_MONOTONIC (libuv uv_hrtime), unlike performance.now, which starts at 0 in each process.
  monoMs: () => Number(process.hrtime.bigint()) / 1e6,
}

/** Kernel boot id: two monotonic times compare only when this is equal. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}
