/**
 * Pauses the reader after wrong attempts: three within a minute are an alarm, five a pause of 30 s, which doubles up to
 * 5 min when it happens again (NIST SP 800-63B rev. 3, 5.2.3: at least 30 s after five tries). The exit button is never
 * paused. Pure; times are monotonic milliseconds.
 */
import { z } from 'zod'

const ATTEMPTS_WINDOW_MS = 60_000
const ATTEMPTS_ALARM = 3
const ATTEMPTS_PAUSE = 5
const PAUSE_FIRST_MS = 30_000
const PAUSE_LONGEST_MS = 300_000
/** After so long without a wrong attempt, the next pause is a first one again. */
const PAUSE_FORGOTTEN_MS = 600_000

export const Lockout = z.object({
  /** Wrong attempts of the last minute that have not led to a pause yet. */
  missesMs: z.array(z.number()).max(ATTEMPTS_PAUSE),
  pausedUntilMs: z.number().nullable(),
  /** Pauses so far, until they are forgotten. */
  pauses: z.int().min(0),
  /** When pauses so far are forgotten. */
  forgottenAtMs: z.number(),
  alarm: z.boolean(),
})
export type Lockout = z.infer<typeof Lockout>

/** Also what a grant leaves: somebody who may enter has shown that it was a matter of the finger. */
export const noLockout: Lockout = { missesMs: [], pausedUntilMs: null, pauses: 0, forgottenAtMs: 0, alarm: false }

export function isPaused({ pausedUntilMs }: Lockout, nowMs: number): boolean {
  return pausedUntilMs !== null && nowMs < pausedUntilMs
}

/** The alarm ends when nothing is left of what raised it: no attempt of the last minute, no pause. */
export function passLockout(lockout: Lockout, nowMs: number): Lockout {
  const missesMs = lockout.missesMs.filter((atMs) => nowMs - atMs < ATTEMPTS_WINDOW_MS)
  const pausedUntilMs = isPaused(lockout, nowMs) ? lockout.pausedUntilMs : null
  const alarm = lockout.alarm && (missesMs.length > 0 || pausedUntilMs !== null)
  const pauses = nowMs < lockout.forgottenAtMs ? lockout.pauses : 0
  return { ...lockout, missesMs, pausedUntilMs, alarm, pauses }
}

/** One wrong attempt; `lockout` is as `passLockout` left it, and not paused. */
export function addMiss(lockout: Lockout, nowMs: number): Lockout {
  const missesMs = [...lockout.missesMs, nowMs]
  const alarm = lockout.alarm || missesMs.length >= ATTEMPTS_ALARM
  const forgottenAtMs = nowMs + PAUSE_FORGOTTEN_MS
  if (missesMs.length < ATTEMPTS_PAUSE) return { ...lockout, missesMs, alarm, forgottenAtMs }
  const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** lockout.pauses, PAUSE_LONGEST_MS)
  const pausedUntilMs = nowMs + pauseMs
  return {
    missesMs: [],
    pausedUntilMs,
    pauses: lockout.pauses + 1,
    forgottenAtMs: pausedUntilMs + PAUSE_FORGOTTEN_MS,
    alarm,
  }
}

/** When the alarm ends if nobody touches; undefined when there is none. */
export function attemptsAlarmEndMs({ alarm, missesMs, pausedUntilMs }: Lockout): number | undefined {
  if (!alarm) return undefined
  const lastMs = missesMs.at(-1)
  return Math.max(pausedUntilMs ?? 0, lastMs === undefined ? 0 : lastMs + ATTEMPTS_WINDOW_MS)
}

/** After a reboot monotonic times mean nothing: a pause is served again in full, attempts count as just made. */
export function rebaseLockout(lockout: Lockout, nowMs: number): Lockout {
  const { missesMs, pausedUntilMs, pauses } = lockout
  const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** Math.max(0, pauses - 1), PAUSE_LONGEST_MS)
  const restartedMs = pausedUntilMs === null ? null : nowMs + pauseMs
  const forgottenAtMs = (restartedMs ?? nowMs) + PAUSE_FORGOTTEN_MS
  return { ...lockout, missesMs: missesMs.map(() => nowMs), pausedUntilMs: restartedMs, forgottenAtMs }
}
