import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccessList } from '#contract/access-list.ts'
import { decide } from './policy.ts'

const list = (...people: AccessList['people']): AccessList => ({ door: 'komando', version: 1, issuedAt: 0, people })
const match = { person: 'p-1', score: 120 }
const always = { person: 'p-1', from: 0, until: null }
const dated = { person: 'p-1', from: 1_000, until: 2_000 }
const ask = (people: AccessList['people'], wallMs: number, clock: 'synced' | 'hold' | 'unset' = 'synced') =>
  decide({ list: list(...people), match, wallMs, clock })

describe('policy', () => {
  it('grants the assigned person within the time of the entry, its end excluded', () => {
    expect(ask([dated], 999)).toEqual({ granted: false, reason: 'not-yet-valid', person: 'p-1' })
    expect(ask([dated], 1_000)).toEqual({ granted: true, person: 'p-1', score: 120 })
    expect(ask([dated], 1_999)).toMatchObject({ granted: true })
    expect(ask([dated], 2_000)).toEqual({ granted: false, reason: 'expired', person: 'p-1' })
    expect(ask([{ ...dated, until: null }], 9_999)).toMatchObject({ granted: true })
  })

  it('needs a match, a list and an entry, and says which is missing', () => {
    const when = { wallMs: 1_500, clock: 'synced' as const }
    expect(decide({ list: list(always), match: undefined, ...when })).toEqual({ granted: false, reason: 'not-found' })
    expect(decide({ list: undefined, match, ...when })).toEqual({ granted: false, reason: 'no-list', person: 'p-1' })
    expect(ask([{ ...always, person: 'p-2' }], 1_500)).toEqual({
      granted: false,
      reason: 'not-assigned',
      person: 'p-1',
    })
    const stranger = { person: undefined, score: 200 }
    expect(decide({ list: list(always), match: stranger, ...when })).toEqual({ granted: false, reason: 'not-assigned' })
  })

  it('lets an unset clock decide no dates', () => {
    expect(ask([always], 5, 'unset')).toMatchObject({ granted: true })
    expect(ask([dated], 1_500, 'unset')).toMatchObject({ reason: 'clock-unset' })
    expect(ask([{ ...always, from: 1 }], 1_500, 'unset')).toMatchObject({ reason: 'clock-unset' })
    expect(ask([{ ...always, until: 9_000 }], 1_500, 'unset')).toMatchObject({ reason: 'clock-unset' })
    expect(ask([dated], 1_500, 'hold')).toMatchObject({ granted: true })
  })

  it('takes any entry that is valid, else the reason nearest to a grant', () => {
    expect(ask([dated, { ...dated, from: 5_000, until: 6_000 }], 3_000)).toMatchObject({ reason: 'not-yet-valid' })
    expect(ask([{ ...dated, until: 1_100 }, dated], 1_500)).toMatchObject({ granted: true })
  })

  it('grants exactly when an entry of that person covers the time', () => {
    const person = fc.constantFrom('p-1', 'p-2', 'p-3')
    const entry = fc.record({ person, from: fc.nat(20), until: fc.option(fc.nat(20)) })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), person, fc.nat(20), (people, who, wallMs) => {
        const decision = decide({ list: list(...people), match: { person: who, score: 99 }, wallMs, clock: 'synced' })
        const covered = people.some(
          ({ person: each, from, until }) => each === who && from <= wallMs && (until === null || wallMs < until),
        )
        expect(decision.granted).toBe(covered)
      }),
      { seed: 20_261_124, numRuns: 300 },
    )
  })
})
