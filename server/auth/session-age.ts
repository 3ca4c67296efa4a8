/** How long a session holds: ends when idle and, whatever is done with it, after its longest age. Pure. */
import type { Role } from './roles.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export const IDLE_MAX_MS = 30 * MINUTE_MS
export const AGE_MAX_MS = 12 * HOUR_MS
/** A wall has nobody to log in at night; its session sees the wall and nothing else, and is ended by hand. */
export const WALL_AGE_MAX_MS = 90 * DAY_MS
/** A second factor proven longer ago does not open what is dangerous. */
export const STEP_UP_MAX_MS = 5 * MINUTE_MS

/** Who must have proven two factors: everybody who is logged in, or only whoever does what is dangerous. */
export const secondFactorRules = ['everyone', 'acts'] as const
export type SecondFactorRule = (typeof secondFactorRules)[number]

/** `step_up_ms` of a session whose provider vouched for two factors: it looks at everything, and opens nothing dangerous. */
export const PROVEN_ELSEWHERE_MS = 0

export interface SessionTimes {
  readonly beganMs: number
  readonly seenMs: number
}

/** A clock that is set ends what is too far from it on either side: set back, it would make nothing older for as long. */
export function sessionHolds(role: Role, { beganMs, seenMs }: SessionTimes, nowMs: number): boolean {
  if (role === 'wall') return isWithin(WALL_AGE_MAX_MS, beganMs, nowMs)
  return isWithin(AGE_MAX_MS, beganMs, nowMs) && isWithin(IDLE_MAX_MS, seenMs, nowMs)
}

export function secondFactorDue(rule: SecondFactorRule, steppedUpMs: number | null): boolean {
  return rule === 'everyone' && steppedUpMs === null
}

/** Whether this session has ever proven a factor of ours. */
export function hasProven(steppedUpMs: number | null): boolean {
  return steppedUpMs !== null && steppedUpMs !== PROVEN_ELSEWHERE_MS
}

export function stepUpHolds(steppedUpMs: number | null, nowMs: number): boolean {
  return steppedUpMs !== null && hasProven(steppedUpMs) && isWithin(STEP_UP_MAX_MS, steppedUpMs, nowMs)
}

function isWithin(maxMs: number, atMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) < maxMs
}
