/**
 * When the strike may be released, as a pure function of what was asked, of when the agent was last heard and of the
 * fire line (design §6). Times are monotonic milliseconds.
 */
import type { Level } from '../gpio/port.ts'

/** No release lasts longer: the longest pulse that access-control practice knows. */
export const STRIKE_PULSE_MAX_MS = 10_000
/**
 * An agent that was not heard for so long is dead or stalled. It beats each 100 ms, so a slow commit of the outbox (150 ms on
 * a busy disk) is none; what is left to a second is for a timer's delay on a busy machine.
 */
export const AGENT_SILENCE_MAX_MS = 500

export interface GuardState {
  /** When the release that was asked for ends. */
  readonly releasedUntilMs: number | null
  /** When the agent last said that it lives; null where it need not, because it is this process. */
  readonly heardAtMs: number | null
  readonly fire: Level
}

export type GuardInput =
  /** `beat`: the agent lives. `tick`: time has passed. */
  | { readonly type: 'beat' | 'lock' | 'tick' }
  /** `ageMs`: how long ago it was asked for. */
  | { readonly type: 'pulse'; readonly pulseMs: number; readonly ageMs: number }
  | { readonly type: 'fire'; readonly level: Level }

/** Why the strike is as it is. */
export type StrikeReason = 'idle' | 'pulse' | 'agent-silent' | 'fire'

export function initialGuard(): GuardState {
  return { releasedUntilMs: null, heardAtMs: null, fire: 0 }
}

/** One input at `atMs`. What was due before it has happened first, however late the timer: no pulse comes back to life. */
export function stepGuard(state: GuardState, input: GuardInput, atMs: number): GuardState {
  const now = isDue(state, atMs) ? { ...state, releasedUntilMs: null } : state
  switch (input.type) {
    case 'pulse':
      return isLate(input.ageMs) ? now : release(now, input, atMs)
    case 'lock':
      return { ...now, releasedUntilMs: null }
    case 'beat':
      return { ...now, heardAtMs: atMs }
    case 'fire':
      return { ...now, fire: input.level }
    case 'tick':
      return now
  }
}

/** A request that waited in the pipe for so long: whoever was granted has gone. */
export function isLate(ageMs: number): boolean {
  return ageMs >= AGENT_SILENCE_MAX_MS
}

/** Whoever asks lives: a long decision leaves no room for beats, and its pulse comes before the next of them. */
function release(state: GuardState, { pulseMs, ageMs }: { pulseMs: number; ageMs: number }, atMs: number): GuardState {
  const heardAtMs = state.heardAtMs === null ? null : Math.max(state.heardAtMs, atMs - ageMs)
  return { ...state, heardAtMs, releasedUntilMs: atMs + Math.min(pulseMs, STRIKE_PULSE_MAX_MS) }
}

/** The fire line releases the door for as long as it lasts: the one exception to the pulse's limit and to the agent's. */
export function strikeLevel({ releasedUntilMs, fire }: GuardState): Level {
  return fire === 1 || releasedUntilMs !== null ? 1 : 0
}

/** When a tick is due at the latest; undefined while nothing can end by itself. */
export function guardDeadlineMs({ releasedUntilMs, heardAtMs }: GuardState): number | undefined {
  if (releasedUntilMs === null) return undefined
  return heardAtMs === null ? releasedUntilMs : Math.min(releasedUntilMs, heardAtMs + AGENT_SILENCE_MAX_MS)
}

/** Why the strike is as it is in `after`, which came from `before` at `atMs`. */
export function strikeReason(before: GuardState, after: GuardState, atMs: number): StrikeReason {
  if (after.fire === 1) return 'fire'
  if (after.releasedUntilMs !== null) return 'pulse'
  return before.releasedUntilMs !== null && isSilent(before, atMs) ? 'agent-silent' : 'idle'
}

function isDue(state: GuardState, atMs: number): boolean {
  const deadline = guardDeadlineMs(state)
  return deadline !== undefined && atMs >= deadline
}

function isSilent({ heardAtMs }: GuardState, atMs: number): boolean {
  return heardAtMs !== null && atMs >= heardAtMs + AGENT_SILENCE_MAX_MS
}
