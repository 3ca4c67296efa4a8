import { expect, test } from 'vitest'
import { planSeries } from '../plan.ts'
import { parseSeriesQuery } from '../query.ts'
import { toInfluxQl } from './influx-reader.ts'

const nowMs = Date.parse('2026-11-24T05:00:00Z')

test('values are bind parameters, days begin in WIB, empty buckets are left out', () => {
  const query = parseSeriesQuery(
    { measurement: 'heartbeat', fn: 'mean', where: 'app:simrs,opd:bkd,app:sipd', by: 'app', every: '1d' },
    nowMs,
  )
  expect(toInfluxQl(query, planSeries(query, { raw: true, groups: 2, nowMs }))).toEqual({
    text:
      'SELECT mean("latencyMs") FROM "heartbeat" WHERE time >= $from AND time < $to' +
      ' AND ("app" = $w0v0 OR "app" = $w0v1) AND ("opd" = $w1v0) GROUP BY time(86400s, -25200s), "app" fill(none)',
    placeholders: {
      from: '2026-11-23T05:00:00.000Z',
      to: '2026-11-24T05:00:00.000Z',
      w0v0: 'simrs',
      w0v1: 'sipd',
      w1v0: 'bkd',
    },
  })
})
