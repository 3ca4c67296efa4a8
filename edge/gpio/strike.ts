/** How the door is released, and the bounds that hold whatever is asked. */
import {
  type GuardInput,
  type GuardState,
  guardDeadlineMs,
  initialGuard,
  stepGuard,
  strikeLevel,
  strikeReason,
} from '../guard/guard-machine.ts'
import { createListeners } from './listeners.ts'
import type { Level, StrikeLine } from './port.ts'

export interface StrikeChange {
  readonly level: Level
  /** `idle`, `pulse`, `agent-silent` or `fire`; `late` when a release that was asked for came too late and did not happen. */
  readonly reason: string
}

export interface Strike {
  /** False while nothing holds the strike: nobody may be granted then. */
  readonly ready: boolean
  /** Hears when the strike is held and when no longer; returns how to stop hearing. */
  onReady(listener: (ready: boolean) => void): () => void
  /** Hears what became of the strike. */
  onStrike(listener: (change: StrikeChange) => void): () => void
  /** Releases the door for at most `pulseMs`; a release under way is extended, never beyond the maximum from now. */
  release(pulseMs: number): void
  /** Ends a release; a fire goes on. */
  lock(): void
  /** Locks for good. */
  close(): void
}

export interface BoundedStrike extends Strike {
  step(input: GuardInput): void
  readonly state: GuardState
}

interface BoundedStrikeOptions {
  readonly monoMs: () => number
  /** After each step, with the line as it should be. */
  readonly onStep: (before: GuardState, after: GuardState) => void
}

const defaults: BoundedStrikeOptions = {
  monoMs: () => Number(process.hrtime.bigint()) / 1e6,
  onStep: () => {},
}

/**
 * Runs the guard's machine on a line of this process: the core of the guard. Locks at start, on close and when the
 * process exits; a kill leaves the line driven, which is what the guard's process is for.
 */
export function createStrike(line: StrikeLine, { monoMs, onStep } = defaults): BoundedStrike {
  let state = initialGuard()
  let timer: NodeJS.Timeout | undefined
  const changes = createListeners<StrikeChange>()
  const step = (input: GuardInput) => {
    const [before, atMs] = [state, monoMs()]
    state = stepGuard(state, input, atMs)
    // At every step, not at changes only: a line that something else moved is put right.
    line.setStrike(strikeLevel(state))
    clearTimeout(timer)
    const deadline = guardDeadlineMs(state)
    if (deadline !== undefined) timer = setTimeout(() => step({ type: 'tick' }), Math.max(1, deadline - atMs))
    onStep(before, state)
    const level = strikeLevel(state)
    if (level !== strikeLevel(before)) changes.tell({ level, reason: strikeReason(before, state, atMs) })
  }
  const end = () => {
    clearTimeout(timer)
    line.setStrike(0)
  }
  process.on('exit', end)
  step({ type: 'lock' }) // whatever an earlier process left driven
  return {
    ready: true,
    onReady: () => () => {}, // in this process it cannot get lost
    onStrike: changes.add,
    get state() {
      return state
    },
    step,
    release: (pulseMs) => step({ type: 'pulse', pulseMs, ageMs: 0 }),
    lock: () => step({ type: 'lock' }),
    close: () => {
      process.off('exit', end)
      end()
    },
  }
}
