/** How the door is released, and the bounds that hold whatever is asked. */
import { createListeners } from '../gpio/listeners.ts'
import type { StrikeLine } from '../gpio/port.ts'
import type { Strike, StrikeChange } from '../gpio/strike.ts'
import {
  type GuardInput,
  type GuardState,
  guardDeadlineMs,
  initialGuard,
  stepGuard,
  strikeLevel,
  strikeReason,
} from './guard-machine.ts'

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
