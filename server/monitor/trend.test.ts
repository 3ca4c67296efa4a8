import { describe, expect, it } from 'vitest'
import { Trends } from './trend.ts'

const MINUTE_MS = 60_000
const HALF_HOUR_MS = 30 * MINUTE_MS
const START_MS = Date.UTC(2026, 10, 24, 2)

describe('trends', () => {
  it('give the mean latency of each minute, oldest first', () => {
    const trends = new Trends()
    trends.enter('simrs', 'up', START_MS)
    trends.hear('simrs', 100, START_MS)
    trends.hear('simrs', 201, START_MS + 1_000)
    trends.hear('simrs', undefined, START_MS + MINUTE_MS)
    trends.hear('simrs', 50, START_MS + 2 * MINUTE_MS)
    const { latencyMs } = trends.trendOf('simrs', START_MS + 3 * MINUTE_MS) ?? { latencyMs: [] }
    expect(latencyMs).toHaveLength(60)
    expect(latencyMs.slice(-5)).toEqual([null, 151, null, 50, null])
  })

  it('forget a minute after an hour', () => {
    const trends = new Trends()
    trends.enter('simrs', 'up', START_MS)
    trends.hear('simrs', 100, START_MS)
    expect(trends.trendOf('simrs', START_MS + 59 * MINUTE_MS)?.latencyMs[0]).toBe(100)
    expect(trends.trendOf('simrs', START_MS + 60 * MINUTE_MS)?.latencyMs.every((mean) => mean === null)).toBe(true)
    trends.hear('simrs', 1, START_MS)
    expect(trends.trendOf('simrs', START_MS + 60 * MINUTE_MS)?.latencyMs.every((mean) => mean === null)).toBe(true)
  })

  it('show the worst state of each half hour, and carry a state on', () => {
    const trends = new Trends()
    trends.enter('simrs', 'up', START_MS)
    trends.enter('simrs', 'down', START_MS + 5 * MINUTE_MS)
    trends.enter('simrs', 'up', START_MS + HALF_HOUR_MS + 1)
    const { day } = trends.trendOf('simrs', START_MS + 2 * HALF_HOUR_MS) ?? { day: [] }
    expect(day).toHaveLength(48)
    expect(day.slice(-4)).toEqual([null, 'down', 'down', 'up'])
  })

  it('take back half hours that a change dated back has overruled', () => {
    const trends = new Trends()
    trends.enter('simrs', 'up', START_MS)
    trends.trendOf('simrs', START_MS + 3 * HALF_HOUR_MS)
    trends.enter('simrs', 'unknown', START_MS + HALF_HOUR_MS + 1)
    expect(trends.trendOf('simrs', START_MS + 3 * HALF_HOUR_MS)?.day.slice(-4)).toEqual([
      'up',
      'unknown',
      'unknown',
      'unknown',
    ])
  })

  it('know nothing of an application that was never entered', () => {
    expect(new Trends().trendOf('simrs', START_MS)).toBeUndefined()
  })
})
