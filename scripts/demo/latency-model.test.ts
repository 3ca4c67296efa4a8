import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerLatencyMs, dayLoad } from './latency-model.ts'
import { createRandom, seedOf } from './random.ts'

const seed = 20260727
/** WIB is UTC+7; 2026-11-24 is a Tuesday, 2026-11-28 a Saturday. */
const wib = (day: number, hour: number) => Date.UTC(2026, 10, day, hour - 7)

describe('dayLoad', () => {
  it('is highest in the office hours of a working day in WIB', () => {
    expect(dayLoad(wib(24, 10))).toBeGreaterThan(0.9)
    expect(dayLoad(wib(24, 14))).toBeGreaterThan(0.7)
    expect(dayLoad(wib(24, 3))).toBeLessThan(0.15)
    expect(dayLoad(wib(28, 10))).toBeLessThan(0.5)
  })

  it('stays between nothing and all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (at) => {
        const load = dayLoad(at)
        return load > 0 && load <= 1
      }),
      { seed, numRuns: 300 },
    )
  })
})

describe('answerLatencyMs', () => {
  it('is finite, positive and bounded by the application and the load', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer(), (at, start) => {
        const latencyMs = answerLatencyMs(100, at, createRandom(start))
        return latencyMs > 40 && latencyMs < 100 * 2.2 * 1.8 * 5
      }),
      { seed, numRuns: 300 },
    )
  })

  it('plays the same way from the same seed', () => {
    const play = () => {
      const random = createRandom(seedOf('simrs'))
      return Array.from({ length: 20 }, () => answerLatencyMs(50, wib(24, 9), random))
    }
    expect(play()).toEqual(play())
    expect(new Set(play()).size).toBe(20)
  })
})

it('gives numbers from 0 up to, not including, 1, evenly spread', () => {
  const random = createRandom(7)
  const numbers = Array.from({ length: 10_000 }, random)
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(numbers.reduce((sum, value) => sum + value) / numbers.length).toBeCloseTo(0.5, 1)
})
