import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACCESS_VERSION_MAX, AccessVersion, EpochMs } from '#contract/identifiers.ts'
import { comparesVersionsAlone, judgeClaim, type ListNumber, nextNumber } from './list-numbers.ts'

const NOW_MS = 1_790_000_000_000
const isHigher = (one: ListNumber, than: ListNumber) =>
  one.series === than.series ? one.version > than.version : one.series > than.series

/** Near the server's own numbers, where a door's word is believed or just not, and anywhere. */
const series = fc.oneof(fc.constantFrom(0, NOW_MS - 1, NOW_MS, NOW_MS + 1), fc.maxSafeNat())
const version = fc.oneof(fc.nat(2_000_002), fc.maxSafeNat())
const claim = fc.record({ series, version })
const issued = fc.record({ series, version: fc.nat(1_000_000) })
const clock = fc.oneof(fc.constant(NOW_MS), fc.nat(2 * NOW_MS))

describe('the numbers of lists', () => {
  it('rise with each list, whatever was claimed and whatever the clock says', () => {
    fc.assert(fc.property(issued, clock, (last, nowMs) => isHigher(nextNumber(last, nowMs), last)))
    fc.assert(
      fc.property(issued, claim, clock, (last, claimed, nowMs) => {
        fc.pre(judgeClaim(claimed, last, nowMs) === 'newer')
        const next = nextNumber(last, nowMs, claimed)
        return isHigher(next, claimed) && isHigher(next, last)
      }),
    )
  })

  it('begin anew where an earlier version of the server used them up, and say who may compare versions alone', () => {
    for (const version of [ACCESS_VERSION_MAX, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
      expect(nextNumber({ series: 0, version }, NOW_MS)).toEqual({ series: NOW_MS, version: 1 })
    }
    const last = { series: NOW_MS, version: 1 }
    expect(comparesVersionsAlone({ series: 0, version: 57 }, last)).toBe(true)
    expect(comparesVersionsAlone({ series: 0, version: 0 }, last)).toBe(false)
    expect(comparesVersionsAlone({ series: NOW_MS, version: 57 }, last)).toBe(false)
  })

  it('cannot be used up: a year of forged words, one a second, leaves them countable', () => {
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 50 }), (claims) => {
        let number = nextNumber(undefined, NOW_MS)
        for (const [index, claimed] of claims.entries()) {
          const nowMs = NOW_MS + 1_000 * (index + 1)
          if (judgeClaim(claimed, number, nowMs) === 'newer') number = nextNumber(number, nowMs, claimed)
          expect(number.series).toBeLessThanOrEqual(nowMs + 1)
          expect(number.version).toBeLessThanOrEqual(1_000_001 * (index + 2))
        }
        return EpochMs.safeParse(number.series).success && AccessVersion.safeParse(number.version + 1).success
      }),
    )
    expect(AccessVersion.safeParse(1_000_001 * 365 * 86_400).success).toBe(true)
  })
})
