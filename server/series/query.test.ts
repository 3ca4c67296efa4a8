import { describe, expect, test } from 'vitest'
import { parseSeriesQuery } from './query.ts'

const nowMs = Date.parse('2026-11-24T05:00:00Z')
const parse = (parameters: Record<string, unknown>) => parseSeriesQuery(parameters, nowMs)

describe('series query', () => {
  test('the last day up to now is the default', () => {
    expect(parse({ measurement: 'heartbeat', fn: 'count' })).toEqual({
      measurement: 'heartbeat',
      fn: 'count',
      where: [],
      by: [],
      fromMs: nowMs - 86_400_000,
      toMs: nowMs,
      everyMs: null,
      format: 'json',
    })
  })

  test('conditions on one tag are alternatives, on several they all hold', () => {
    const query = parse({
      measurement: 'heartbeat',
      fn: 'mean',
      where: 'app:simrs,opd:bkd,app:sipd',
      by: 'app,opd,app',
    })
    expect(query.where).toEqual([
      { tag: 'app', values: ['simrs', 'sipd'] },
      { tag: 'opd', values: ['bkd'] },
    ])
    expect(query.by).toEqual(['app', 'opd'])
  })

  test('an OPD is named as the registry names it', () => {
    const { where } = parse({ measurement: 'heartbeat', fn: 'count', where: 'opd:Dinas Kominfo (Prov.): pusat' })
    expect(where).toEqual([{ tag: 'opd', values: ['Dinas Kominfo (Prov.): pusat'] }])
  })

  test('units of every', () => {
    const every = (text: string) => parse({ measurement: 'heartbeat', fn: 'count', every: text }).everyMs
    expect(['30s', '5m', '2h', '1d'].map(every)).toEqual([30_000, 300_000, 7_200_000, 86_400_000])
  })

  test.each([
    [{ measurement: 'heartbeat', fn: 'median' }, /^fn: /],
    [{ measurement: 'heartbeat' }, /^fn: /],
    [{ measurement: 'people', fn: 'count' }, /^measurement: /],
    [{ measurement: 'heartbeat', fn: 'count', every: '0m' }, /^every: expected a number and s, m, h or d/],
    [{ measurement: 'heartbeat', fn: 'count', every: '400d' }, /^every: at most 366d/],
    [{ measurement: 'heartbeat', fn: 'count', where: "app:' OR 1=1" }, /^where: expected tag:value/],
    [{ measurement: 'heartbeat', fn: 'count', from: 'yesterday' }, /^from: expected ISO 8601/],
    [{ measurement: 'heartbeat', fn: 'count', from: '2026-11-24T05:00:00Z' }, /^from must be before to/],
    [{ measurement: 'heartbeat', fn: 'count', by: 'door' }, /has no tag "door"; it has app, opd, region/],
    [{ measurement: 'heartbeat', fn: 'mean', field: 'up' }, /field=latencyMs only/],
    [{ measurement: 'heartbeat', fn: 'count', field: 'nip' }, /no field "nip"/],
    [{ measurement: 'door', fn: 'mean' }, /door has fn=count only/],
    [{ measurement: 'heartbeat', fn: ['count', 'mean'] }, /^fn: /],
  ])('%j is refused', (parameters, message) => {
    expect(() => parse(parameters)).toThrow(message)
  })
})
