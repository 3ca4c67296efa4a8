/** The two roll-up levels of the embedded store: their length and how long they are kept (design §7). */
export type RollupLevel = 'minute' | 'hour'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

export const rollupLevels: readonly RollupLevel[] = ['minute', 'hour']
export const levelMs: Readonly<Record<RollupLevel, number>> = { minute: MINUTE_MS, hour: HOUR_MS }

/** 400 applications keep about 3 GB of minutes in 90 d; five years of hours cover a local budget period. */
export const retentionMs: Readonly<Record<RollupLevel, number>> = { minute: 90 * DAY_MS, hour: 5 * 366 * DAY_MS }

/** WIB is UTC+7 all year: buckets of a day and longer begin at midnight there. */
export const WIB_OFFSET_MS = 7 * HOUR_MS

/** Start of the bucket that holds `timeMs`. */
export function bucketStart(timeMs: number, lengthMs: number, offsetMs = 0): number {
  return Math.floor((timeMs + offsetMs) / lengthMs) * lengthMs - offsetMs
}

/** End (exclusive) of the last bucket needed to reach `timeMs`. */
export function bucketEnd(timeMs: number, lengthMs: number, offsetMs = 0): number {
  return Math.ceil((timeMs + offsetMs) / lengthMs) * lengthMs - offsetMs
}
