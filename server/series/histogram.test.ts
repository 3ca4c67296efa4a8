import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHistogram, LatencyHistogram } from './histogram.ts'

const runs = { seed: 20_261_124, numRuns: 300 }
const latency = fc.oneof(
  fc.double({ min: 0.01, max: 86_400_000, noNaN: true }),
  fc.double({ min: 1, max: 1_000, noNaN: true }),
  fc.integer({ min: 0, max: 5_000 }),
)
const latencies = fc.array(latency, { minLength: 1, maxLength: 200 })

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.add(value)
  return histogram
}

function merged(...parts: readonly LatencyHistogram[]): LatencyHistogram {
  const whole = new LatencyHistogram()
  for (const part of parts) whole.merge(part)
  return whole
}

describe('latency histogram', () => {
  test('any quantile is within 1 % of the value of that rank', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, quantile) => {
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? Number.NaN
        expect(Math.abs((histogramOf(values).quantile(quantile) ?? Number.NaN) - exact)).toBeLessThanOrEqual(
          exact * 0.01,
        )
      }),
      runs,
    )
  })

  test('merging is exact, in any order and grouping', () => {
    fc.assert(
      fc.property(latencies, latencies, latencies, (a, b, c) => {
        const whole = histogramOf([...a, ...b, ...c]).encode()
        const [ha, hb, hc] = [histogramOf(a), histogramOf(b), histogramOf(c)]
        expect(merged(merged(ha, hb), hc).encode()).toEqual(whole)
        expect(merged(ha, merged(hb, hc)).encode()).toEqual(whole)
        expect(merged(hc, hb, ha).encode()).toEqual(whole)
      }),
      runs,
    )
  })

  test('decoding gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(latency, fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 50 }), (entries) => {
        const histogram = new LatencyHistogram()
        for (const [value, count] of entries) histogram.add(value, count)
        const decoded = decodeHistogram(histogram.encode())
        expect(decoded.encode()).toEqual(histogram.encode())
        expect(decoded.count()).toBe(histogram.count())
      }),
      runs,
    )
  })

  test('bytes that are no histogram are refused or read, never a crash of another kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeHistogram(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      runs,
    )
  })

  test('an empty one has no quantile, and latencies beyond the contract stay in the last bucket', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNull()
    expect(histogramOf([0, 0.001]).quantile(1)).toBe(0)
    expect(histogramOf([1e300]).encode()).toEqual(histogramOf([86_400_000]).encode())
  })

  test('a minute of six heartbeats takes some twenty bytes', () => {
    expect(histogramOf([101, 120, 99, 250, 130, 101]).encode().length).toBeLessThanOrEqual(20)
  })
})
