/** Bounces left out: a new level counts when it has lasted, for backends whose kernel does not do that itself. */
import type { Level } from './port.ts'

/**
 * A line that never rests is read after this long all the same: noise on the contact must not hide a door that opens.
 * IEC 60839-11-1 asks that an input active for 400 ms is processed.
 */
const RESTLESS_MAX_MS = 400

export interface DebounceOptions {
  /** The level of the wire now. */
  readonly read: () => Level
  /** 0: every change counts at once. */
  readonly quietMs: number
  readonly onLevel: (level: Level) => void
}

export interface Debounce {
  /** The level that counts. */
  level(): Level
  /** The wire has moved. */
  moved(): void
  close(): void
}

export function createDebounce({ read, quietMs, onLevel }: DebounceOptions): Debounce {
  let settled = read()
  let quiet: NodeJS.Timeout | undefined
  let limit: NodeJS.Timeout | undefined
  const stop = () => {
    clearTimeout(quiet)
    clearTimeout(limit)
    limit = undefined
  }
  const settle = () => {
    stop()
    const level = read()
    if (level === settled) return
    settled = level
    onLevel(level)
  }
  return {
    level: () => settled,
    moved: () => {
      if (quietMs === 0) return settle()
      clearTimeout(quiet)
      quiet = setTimeout(settle, quietMs)
      limit ??= setTimeout(settle, RESTLESS_MAX_MS)
    },
    close: stop,
  }
}
