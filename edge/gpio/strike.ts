/**
 * Keeps the strike's release bounded: every release ends by itself, on close, and when the process exits. A line
 * stays driven after its process dies, so a kill is left to hardware (a monostable relay) and to the guard process.
 */
import type { GpioPort } from './port.ts'

/** No release lasts longer, whatever is asked: the longest pulse that access-control practice knows. */
export const STRIKE_PULSE_MAX_MS = 10_000

export interface Strike {
  /** Releases the door for at most `pulseMs`; a release under way is extended, never beyond the maximum from now. */
  release(pulseMs: number): void
  lock(): void
  /** Locks, and stops caring about the process's exit. */
  close(): void
}

export function createStrike(port: GpioPort): Strike {
  let timer: NodeJS.Timeout | undefined
  const lock = () => {
    clearTimeout(timer)
    port.setStrike(0)
  }
  process.on('exit', lock)
  lock() // whatever an earlier process left driven
  return {
    release: (pulseMs) => {
      clearTimeout(timer)
      timer = setTimeout(lock, Math.min(pulseMs, STRIKE_PULSE_MAX_MS))
      port.setStrike(1)
    },
    lock,
    close: () => {
      process.off('exit', lock)
      lock()
    },
  }
}
