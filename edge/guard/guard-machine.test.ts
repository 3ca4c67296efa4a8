import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AGENT_SILENCE_MAX_MS,
  type GuardInput,
  type GuardState,
  guardDeadlineMs,
  initialGuard,
  STRIKE_PULSE_MAX_MS,
  stepGuard,
  strikeLevel,
  strikeReason,
} from './guard-machine.ts'

const input: fc.Arbitrary<GuardInput> = fc.oneof(
  fc.constantFrom<GuardInput>({ type: 'beat' }, { type: 'lock' }, { type: 'tick' }),
  fc.record({
    type: fc.constant('pulse' as const),
    pulseMs: fc.integer({ min: 1, max: 60_000 }),
    ageMs: fc.integer({ min: 0, max: 1_000 }),
  }),
  fc.constantFrom<GuardInput>({ type: 'fire', level: 0 }, { type: 'fire', level: 1 }),
)
const trace = fc.array(fc.record({ input, afterMs: fc.integer({ min: 0, max: 3_000 }) }), { maxLength: 40 })
const runs = { numRuns: 300, seed: 20_260_101 }

/** Runs the machine as its shell does: each deadline on time, then the input. Calls back with every stretch of time. */
function play(
  steps: readonly { input: GuardInput; afterMs: number }[],
  onStretch: (stretch: { state: GuardState; fromMs: number; toMs: number }) => void,
): void {
  let atMs = 0
  let state = stepGuard(initialGuard(), { type: 'beat' }, atMs)
  for (const step of steps) {
    const dueMs = atMs + step.afterMs
    for (let deadline = guardDeadlineMs(state); deadline !== undefined && deadline < dueMs; ) {
      onStretch({ state, fromMs: atMs, toMs: deadline })
      atMs = deadline
      state = stepGuard(state, { type: 'tick' }, atMs)
      deadline = guardDeadlineMs(state)
    }
    onStretch({ state, fromMs: atMs, toMs: dueMs })
    atMs = dueMs
    state = stepGuard(state, step.input, atMs)
  }
}

describe('strike guard', () => {
  it('never releases for longer than the maximum after the last pulse that was asked for, but for a fire', () => {
    fc.assert(
      fc.property(trace, (steps) => {
        let clockMs = 0
        const asked: number[] = []
        for (const { input: each, afterMs } of steps) {
          clockMs += afterMs
          if (each.type === 'pulse') asked.push(clockMs)
        }
        play(steps, ({ state, fromMs, toMs }) => {
          if (strikeLevel(state) === 0 || state.fire === 1 || toMs === fromMs) return
          const lastAsked = asked.findLast((atMs) => atMs <= fromMs) ?? Number.NEGATIVE_INFINITY
          expect(toMs - lastAsked).toBeLessThanOrEqual(STRIKE_PULSE_MAX_MS)
        })
      }),
      runs,
    )
  })

  it('never stays released when the agent was silent, but for a fire', () => {
    fc.assert(
      fc.property(trace, (steps) => {
        play(steps, ({ state, fromMs, toMs }) => {
          if (strikeLevel(state) === 0 || state.fire === 1 || toMs === fromMs) return
          expect(toMs - (state.heardAtMs ?? 0)).toBeLessThanOrEqual(AGENT_SILENCE_MAX_MS)
        })
      }),
      runs,
    )
  })

  it('is released whenever the fire line is active, whatever is asked', () => {
    fc.assert(
      fc.property(trace, (steps) => {
        play(steps, ({ state }) => expect(state.fire === 1 ? strikeLevel(state) : 1).toBe(1))
      }),
      runs,
    )
  })

  it('brings no pulse back to life, however late its timer or its request', () => {
    const heard = stepGuard(initialGuard(), { type: 'beat' }, 0)
    const released = stepGuard(heard, { type: 'pulse', pulseMs: 5_000, ageMs: 0 }, 0)
    // The process was stopped for a minute: the beat that waited in the pipe comes before any timer.
    const late = stepGuard(released, { type: 'beat' }, 60_000)
    expect(strikeLevel(late)).toBe(0)
    expect(strikeReason(released, late, 60_000)).toBe('agent-silent')
    expect(strikeLevel(stepGuard(heard, { type: 'pulse', pulseMs: 5_000, ageMs: 59_000 }, 60_000))).toBe(0)
  })

  it('takes a fresh request for a sign of life, after a decision that left no room for beats', () => {
    const heard = stepGuard(initialGuard(), { type: 'beat' }, 0)
    const released = stepGuard(heard, { type: 'pulse', pulseMs: 5_000, ageMs: 10 }, 2_000)
    expect(strikeLevel(released)).toBe(1)
    expect(guardDeadlineMs(released)).toBe(1_990 + AGENT_SILENCE_MAX_MS)
  })

  it('says why', () => {
    const idle = stepGuard(initialGuard(), { type: 'beat' }, 0)
    const pulse = stepGuard(idle, { type: 'pulse', pulseMs: 400, ageMs: 0 }, 0)
    const fire = stepGuard(pulse, { type: 'fire', level: 1 }, 100)
    expect(strikeReason(idle, pulse, 0)).toBe('pulse')
    expect(strikeReason(pulse, fire, 100)).toBe('fire')
    expect(strikeReason(pulse, stepGuard(pulse, { type: 'tick' }, 400), 400)).toBe('idle')
  })
})
