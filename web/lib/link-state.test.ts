import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CUT_AFTER_MS, elapsedMs, JUDGE_EVERY_MS, judgeLink, type LinkFacts, steadySecond } from './link-state.ts'

const alive: LinkFacts = { connected: true, ingest: 'ok', pulseAgeMs: 400, waitingMs: 60_000, gapAgeMs: null }
const longestAge = fc.integer({ min: 0, max: 60_000 })
const seeded = { seed: 20_261_124, numRuns: 300 }

describe('judgeLink', () => {
  test.each<[string, Partial<LinkFacts>, string]>([
    ['a fresh pulse is live', {}, 'live'],
    ['three seconds are still live', { pulseAgeMs: 3000 }, 'live'],
    ['more than three seconds without a pulse is late', { pulseAgeMs: 3001 }, 'late'],
    ['four seconds without a pulse are cut', { pulseAgeMs: 4000 }, 'cut'],
    ['a lost connection is late at once', { connected: false }, 'late'],
    ['a late ingest path is late', { ingest: 'late' }, 'late'],
    ['a dead ingest path is cut at once, however fresh the pulse', { ingest: 'down', pulseAgeMs: 0 }, 'cut'],
    ['frames missing for long are cut although pulses come', { gapAgeMs: 4000 }, 'cut'],
    ['before the first snapshot it is connecting', { pulseAgeMs: null, waitingMs: 100 }, 'connecting'],
    ['a server that never answers is cut', { pulseAgeMs: null, waitingMs: 4000 }, 'cut'],
  ])('%s', (_behaviour, facts, expected) => {
    expect(judgeLink({ ...alive, ...facts })).toBe(expected)
  })

  test('the cut is on the screen within 5 s of the last pulse', () => {
    expect(CUT_AFTER_MS + JUDGE_EVERY_MS).toBeLessThanOrEqual(4500)
  })

  test('nothing older than the limit ever looks live', () => {
    const facts = fc.record({
      connected: fc.boolean(),
      ingest: fc.constantFrom('ok', 'late', 'down'),
      pulseAgeMs: longestAge,
      waitingMs: longestAge,
      gapAgeMs: fc.option(longestAge),
    }) satisfies fc.Arbitrary<LinkFacts>
    fc.assert(
      fc.property(facts, (some) => {
        const oldest = Math.max(some.pulseAgeMs ?? 0, some.gapAgeMs ?? 0)
        const state = judgeLink(some)
        if (oldest >= CUT_AFTER_MS || some.ingest === 'down') expect(state).toBe('cut')
        else expect(state).not.toBe('connecting')
      }),
      seeded,
    )
  })
})

describe('elapsedMs', () => {
  test('counts sleep, during which the steady clock stood still', () => {
    expect(elapsedMs({ monotonicMs: 0, wallMs: 0 }, { monotonicMs: 10, wallMs: 90_000 })).toBe(90_000)
  })

  test('is not fooled by a wall clock that was set back', () => {
    expect(elapsedMs({ monotonicMs: 0, wallMs: 90_000 }, { monotonicMs: 5000, wallMs: 0 })).toBe(5000)
  })
})

describe('steadySecond', () => {
  test('steps in full seconds', () => expect(steadySecond(7000, 8999)).toBe(8000))
  test('does not step back for the jitter of a pulse', () => expect(steadySecond(8000, 7900)).toBe(8000))
  test('follows a server clock that was really set back', () => expect(steadySecond(60_000, 7900)).toBe(7000))
})
