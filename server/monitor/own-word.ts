/**
 * How often an application's own word may change its state. Every change is a row for ever, and a summary for every
 * screen; a sender that says `down` and `up` in turn would make thousands a second of them. Pure.
 */
import type { AppState, Cause } from '#contract/states.ts'
import { NEVER } from './types.ts'

/** One in five seconds: more nobody can follow on a wall, and 17,280 a day can be kept. */
export const WORD_CHANGES_MAX = 12
export const WORD_MINUTE_MS = 60_000

export interface OwnWord {
  state: AppState
  cause: Cause
  /** Status of the newest heartbeat. */
  reported: AppState
  /** The minute in which changes are counted, on the monotonic clock: it begins with a change. */
  wordMinuteMonoMs: number
  wordChanges: number
}

/** Its state is what it said itself: not silence, an outage or a window. */
export function isOwnWord({ cause }: OwnWord): boolean {
  return cause === 'heartbeat' || cause === 'reported'
}

/** It said something else since, one time too often in this minute. */
export function isHeld(word: OwnWord): boolean {
  return isOwnWord(word) && word.state !== word.reported
}

/** When what is held counts at the latest. */
export function minuteEndMonoMs({ wordMinuteMonoMs }: OwnWord): number {
  return wordMinuteMonoMs + WORD_MINUTE_MS
}

/** Counts one more change; false when the minute has had all of its own. */
export function takeWordChange(word: OwnWord, monoMs: number): boolean {
  if (monoMs >= minuteEndMonoMs(word)) {
    word.wordMinuteMonoMs = monoMs
    word.wordChanges = 0
  }
  if (word.wordChanges >= WORD_CHANGES_MAX) return false
  word.wordChanges += 1
  return true
}

/** The monotonic clock began anew: nothing of it is left to compare with. */
export function forgetWordMinute(word: OwnWord): void {
  word.wordMinuteMonoMs = NEVER
  word.wordChanges = 0
}
