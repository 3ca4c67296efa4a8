import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './level.ts'
import { planSeries, ROWS_MAX } from './plan.ts'
import { parseSeriesQuery, SeriesQueryError } from './query.ts'

const nowMs = Date.parse('2026-11-24T05:07:30Z')
const plan = (parameters: Record<string, string>, input: { raw?: boolean; groups?: number } = {}) =>
  planSeries(parseSeriesQuery({ measurement: 'heartbeat', fn: 'mean', ...parameters }, nowMs), {
    raw: input.raw ?? false,
    groups: input.groups ?? 1,
    nowMs,
  })

describe('plan', () => {
  test('a day by five minutes is read from minutes, widened to whole ones', () => {
    const { level, segments, everyMs } = plan({ every: '5m' })
    expect(level).toBe('minute')
    expect(everyMs).toBe(5 * MINUTE_MS)
    const toMs = Date.parse('2026-11-24T05:08:00Z')
    expect(segments).toEqual([{ level: 'minute', fromMs: Date.parse('2026-11-23T05:07:00Z'), toMs }])
  })

  test('a day by the hour is read from hours with minutes at its edges', () => {
    expect(
      plan({ every: '1h' }).segments.map(({ level, fromMs, toMs }) => [level, (toMs - fromMs) / MINUTE_MS]),
    ).toEqual([
      ['minute', 53],
      ['hour', 23 * 60],
      ['minute', 8],
    ])
  })

  test('more than three days, and what is older than the minutes, is read from hours', () => {
    expect(plan({ from: '2026-11-01T00:00:00Z', every: '1d' }).level).toBe('hour')
    expect(plan({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', every: '1h' }).level).toBe('hour')
  })

  test('an every that does not divide the level is refused with one that does', () => {
    expect(() => plan({ every: '90s' })).toThrow('every=1m')
    expect(() => plan({ from: '2026-11-01T00:00:00Z', every: '5m' })).toThrow('every=1h')
  })

  test('raw points take any every and exact bounds', () => {
    const from = '2026-11-24T05:00:00.123Z'
    expect(plan({ from, every: '10s' }, { raw: true })).toMatchObject({
      level: 'raw',
      segments: [],
      fromMs: Date.parse(from),
      toMs: nowMs,
    })
  })

  test('too many rows are refused, naming an every that fits', () => {
    expect(() => plan({ every: '1m' }, { groups: 400 })).toThrow(SeriesQueryError)
    expect(() => plan({ every: '1m' }, { groups: 10 })).toThrow('every=5m would fit')
    expect(() => plan({ every: '1d' }, { groups: 5_001 })).toThrow('narrow it with where')
  })

  test('without every a chart-sized one is chosen', () => {
    expect(plan({}).everyMs).toBe(5 * MINUTE_MS)
    expect(plan({ from: '2026-11-01T00:00:00Z' }).everyMs).toBe(6 * HOUR_MS)
  })

  test('buckets of a day begin at midnight in WIB', () => {
    expect(plan({ every: '1d', from: '2026-10-01T00:00:00Z' }).offsetMs).toBe(7 * HOUR_MS)
    expect(plan({ every: '1h' }).offsetMs).toBe(0)
  })

  test('segments cover the range once, without hole or overlap, and rows stay bounded', () => {
    const spans = fc.record({
      fromMs: fc.integer({ min: nowMs - 400 * DAY_MS, max: nowMs - 1 }),
      spanMs: fc.integer({ min: 1, max: 400 * DAY_MS }),
      every: fc.constantFrom(undefined, '1m', '5m', '1h', '6h', '1d', '7d'),
      groups: fc.integer({ min: 0, max: 40 }),
    })
    fc.assert(
      fc.property(spans, ({ fromMs, spanMs, every, groups }) => {
        const query = { from: new Date(fromMs).toISOString(), to: new Date(fromMs + spanMs).toISOString() }
        try {
          const answer = plan(every ? { ...query, every } : query, { groups })
          const ends = answer.segments.flatMap((segment) => [segment.fromMs, segment.toMs])
          expect(ends[0]).toBeLessThanOrEqual(fromMs)
          expect(ends.at(-1)).toBeGreaterThanOrEqual(fromMs + spanMs)
          expect(ends.slice(1, -1).every((end, i) => (i % 2 === 0 ? end === ends[i + 2] : true))).toBe(true)
          expect((spanMs / answer.everyMs) * groups).toBeLessThanOrEqual(ROWS_MAX)
        } catch (error) {
          if (!(error instanceof SeriesQueryError)) throw error
        }
      }),
      { seed: 20_261_124, numRuns: 300 },
    )
  })
})
