import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOCK_BACK_MS, type ClockFloor, floorAt, isBehind, lookedAt, raised, trustIn } from './clock-floor.ts'

const NOW_MS = 1_790_000_000_000
const DAY_MS = 86_400_000
const kernel = fc.constantFrom('synced' as const, 'hold' as const, 'unset' as const)
/** Anywhere, near the true time, and around the edge of what is believed. */
const offsetMs = fc.oneof(
  fc.integer({ min: -40_000 * DAY_MS, max: 40_000 * DAY_MS }).filter((ms) => NOW_MS + ms >= 0),
  fc.integer({ min: -2 * CLOCK_BACK_MS, max: 2 * CLOCK_BACK_MS }),
)
const stepMs = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 30 * DAY_MS }))
const looks = fc.array(fc.record({ stepMs, kernel, offsetMs }), { maxLength: 30 })
const start: ClockFloor = { wallMs: NOW_MS, monoMs: 0 }

/** What it must be at `monoMs` at the earliest, by a crystal that is 500 ppm too fast. */
function latest(before: ClockFloor, monoMs: number): number {
  return before.wallMs + (monoMs - before.monoMs) * (1 - 500e-6)
}

/** Some days without a network, by a crystal that is so many ppm off. */
const month = fc.record({ daysAlone: fc.integer({ min: 0, max: 30 }), ppm: fc.integer({ min: -100, max: 100 }) })

/** The readings of a month, day by day: alone at first, then set right. */
function soundClock({ daysAlone, ppm }: { daysAlone: number; ppm: number }, index: number) {
  const monthMs = index * 31 * DAY_MS
  return Array.from({ length: 31 }, (_, day) => {
    const synced = day >= daysAlone
    const offMs = synced ? 0 : (day * DAY_MS * ppm) / 1e6
    // The monotonic clock is never set: what it was off by stays, and is far below what it may be.
    return { wallMs: NOW_MS + monthMs + day * DAY_MS + offMs, monoMs: monthMs + day * DAY_MS + offMs, synced }
  })
}

describe('the floor under the clock', () => {
  it('never comes down, whatever the clock shows', () => {
    fc.assert(
      fc.property(looks, (story) => {
        let [floor, monoMs] = [start, 0]
        for (const look of story) {
          monoMs += look.stepMs
          const before = floorAt(floor, monoMs)
          floor = lookedAt(floor, look.kernel, { wallMs: NOW_MS + monoMs + look.offsetMs, monoMs })
          if (floorAt(floor, monoMs) < before) return false
        }
        return true
      }),
    )
  })

  it('lets no clock be believed that is more than a few minutes behind what was believed before, nor one that stands still', () => {
    fc.assert(
      fc.property(looks, (story) => {
        let [floor, monoMs] = [start, 0]
        const believed: ClockFloor[] = [start]
        for (const look of story) {
          monoMs += look.stepMs
          const now = { wallMs: NOW_MS + monoMs + look.offsetMs, monoMs }
          const trust = trustIn(look.kernel, floor, now)
          const isLate = believed.some((before) => now.wallMs < latest(before, monoMs) - CLOCK_BACK_MS - 1)
          if (isLate && trust !== 'unset') return false
          if (trust === 'synced') believed.push(now)
          floor = lookedAt(floor, look.kernel, now)
        }
        return true
      }),
    )
  })

  it('raises no alarm for a sound clock: one that runs on alone for a month, and is then set right', () => {
    fc.assert(
      fc.property(fc.array(month, { maxLength: 20 }), (months) => {
        let floor = start
        for (const { synced, ...now } of months.flatMap(soundClock)) {
          if (isBehind(floor, now)) return false
          floor = lookedAt(floor, synced ? 'synced' : 'hold', now)
        }
        return true
      }),
    )
  })

  it('is not raised by a clock that nobody sets', () => {
    const ahead = { wallMs: NOW_MS + DAY_MS, monoMs: 1_000 }
    expect(lookedAt(start, 'hold', ahead).wallMs).toBeLessThan(NOW_MS + 1_001)
    expect(lookedAt(start, 'synced', ahead)).toEqual(ahead)
    expect(raised(start, { wallMs: NOW_MS - DAY_MS, monoMs: 0 })).toEqual(start)
  })

  it('begins at the edge', () => {
    const at = (wallMs: number) => trustIn('synced', start, { wallMs, monoMs: 0 })
    expect([at(NOW_MS - CLOCK_BACK_MS), at(NOW_MS - CLOCK_BACK_MS - 1)]).toEqual(['synced', 'unset'])
  })
})
