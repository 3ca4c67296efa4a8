import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Changes } from '../../broker/contract/live.ts'
import { inWallOrder, mergeChanges, missesFrames, placeFrame } from './frames.ts'

const seeded = { seed: 20_261_124, numRuns: 300 }
const id = fc.constantFrom('a', 'b', 'c')
const patch = fc.record({ id, latencyMs: fc.nat(9), seq: fc.nat(9) }, { requiredKeys: ['id'] })
const changes: fc.Arbitrary<Changes> = fc.record(
  { apps: fc.uniqueArray(patch, { selector: (one) => one.id }), removed: fc.record({ apps: fc.uniqueArray(id) }) },
  { requiredKeys: [] },
)

/** What the feed does with changes, on plain objects. */
function applied(board: Map<string, object>, change: Changes): Map<string, object> {
  const next = new Map(board)
  for (const gone of change.removed?.apps ?? []) next.delete(gone)
  for (const one of change.apps ?? []) next.set(one.id, { ...next.get(one.id), ...one })
  return next
}

describe('placeFrame', () => {
  test('takes the frame that begins at our version', () => expect(placeFrame(4, { from: 4, to: 6 })).toBe('next'))
  test('drops a frame the snapshot already holds', () => expect(placeFrame(6, { from: 4, to: 6 })).toBe('old'))
  test('sees a gap', () => expect(placeFrame(4, { from: 5, to: 6 })).toBe('gap'))
  test('sees a gap when a frame only overlaps', () => expect(placeFrame(5, { from: 4, to: 6 })).toBe('gap'))
})

describe('missesFrames', () => {
  test('asks only when a version announced a pulse ago has not come', () => {
    expect(missesFrames(4, null)).toBe(false)
    expect(missesFrames(4, 4)).toBe(false)
    expect(missesFrames(4, 5)).toBe(true)
  })
})

describe('mergeChanges', () => {
  test('applying the merged change is applying both', () => {
    fc.assert(
      fc.property(changes, changes, (first, second) => {
        const board = new Map<string, object>([['a', { id: 'a', latencyMs: 1 }]])
        const merged = applied(board, mergeChanges(first, second))
        expect(merged).toEqual(applied(applied(board, first), second))
      }),
      seeded,
    )
  })

  test('keeps one entry per application, however many frames wait', () => {
    const frame: Changes = { apps: [{ id: 'a', seq: 1 }] }
    const merged = Array.from({ length: 500 }, () => frame).reduce(mergeChanges)
    expect(merged.apps).toHaveLength(1)
  })

  test('the later maintenance list replaces the earlier, and stays when the later has none', () => {
    const window = { app: 'a', from: '', until: '', reason: '' }
    expect(mergeChanges({ maintenance: [window] }, {}).maintenance).toEqual([window])
    expect(mergeChanges({ maintenance: [window] }, { maintenance: [] }).maintenance).toEqual([])
  })
})

test('inWallOrder puts the critical first and counts numbers in names', () => {
  const app = (wallName: string, criticality: 1 | 2 | 3) => ({ id: wallName, wallName, criticality })
  const order = inWallOrder([app('Layanan 10', 2), app('layanan 9', 2), app('Zebra', 1)])
  expect(order.map((one) => one.wallName)).toEqual(['Zebra', 'layanan 9', 'Layanan 10'])
})
