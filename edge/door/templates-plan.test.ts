import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freeSlot, planTemplates } from './templates-plan.ts'

const owner = (slot: number, person: string) => ({ slot, person, finger: 'kanan-telunjuk' })

describe('planTemplates', () => {
  it('lets go who is not on the list, and nobody while there is no list', () => {
    const facts = { index: new Set([1, 2]), owners: [owner(1, 'siti'), owner(2, 'budi')], reserved: undefined }
    expect(planTemplates({ ...facts, listed: new Set(['siti']) }).leaving).toEqual([owner(2, 'budi')])
    expect(planTemplates({ ...facts, listed: undefined }).leaving).toEqual([])
  })

  it('tells strangers, leftovers of an enrolment, and mappings without a template apart', () => {
    const index = new Set([3, 4])
    const owners = [owner(1, 'siti')]
    expect(planTemplates({ index, owners, listed: new Set(['siti']), reserved: 4 })).toEqual({
      leaving: [],
      missing: [owner(1, 'siti')],
      strangers: [3],
      leftover: 4,
    })
  })

  it('accounts for every template and every mapping exactly once', () => {
    const people = fc.constantFrom('siti', 'budi', 'tono')
    const owners = fc.uniqueArray(fc.record({ slot: fc.nat(20), person: people, finger: fc.constant('f') }), {
      selector: ({ slot }) => slot,
    })
    const facts = fc.record({
      index: fc.uniqueArray(fc.nat(20)).map((slots) => new Set(slots)),
      owners,
      listed: fc.option(
        fc.uniqueArray(people).map((each) => new Set(each)),
        { nil: undefined },
      ),
      reserved: fc.option(fc.nat(20), { nil: undefined }),
    })
    fc.assert(
      fc.property(facts, (each) => {
        const { leaving, missing, strangers, leftover } = planTemplates(each)
        const mapped = new Map(each.owners.map((one) => [one.slot, one.person]))
        for (const slot of each.index) {
          const person = mapped.get(slot)
          const goes = leaving.some((one) => one.slot === slot)
          const stays = person !== undefined && (each.listed === undefined || each.listed.has(person))
          const alien = strangers.includes(slot) || leftover === slot
          expect([goes, stays, alien].filter(Boolean)).toHaveLength(1)
        }
        expect(missing.map(({ slot }) => slot)).toEqual(
          each.owners.filter(({ slot }) => !each.index.has(slot)).map(({ slot }) => slot),
        )
      }),
      { seed: 42, numRuns: 300 },
    )
  })
})

it('freeSlot takes the lowest slot that nothing says anything about', () => {
  expect(freeSlot(4, new Set([0]), [owner(1, 'siti')])).toBe(2)
  expect(freeSlot(2, new Set([0]), [owner(1, 'siti')])).toBeUndefined()
})
