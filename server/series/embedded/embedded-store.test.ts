import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '#runtime/clock.ts'
import { DAY_MS } from '../level.ts'
import type { HeartbeatObservation, Observation } from '../observation.ts'
import { parseSeriesQuery } from '../query.ts'
import { EmbeddedStore } from './embedded-store.ts'

const noonMs = Date.parse('2026-11-24T05:00:00Z')
let directory: string
let wallMs: number
let store: EmbeddedStore
const clock: Clock = { wallMs: () => wallMs, monoMs: () => 0 }
const path = () => join(directory, 'series.db')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'siaga-series-'))
  wallMs = noonMs + DAY_MS / 2
  store = new EmbeddedStore(path(), clock)
})

afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true })
})

function heartbeat(rowId: number, parts: Partial<HeartbeatObservation> = {}): HeartbeatObservation {
  const receivedMs = noonMs + rowId * 1_000
  return {
    kind: 'heartbeat',
    rowId,
    app: 'simrs',
    opd: 'rsud',
    region: null,
    receivedMs,
    latencyMs: 100,
    status: 'up',
    ...parts,
  }
}

function restart(): void {
  store.close()
  store = new EmbeddedStore(path(), clock)
}

const ask = async (parameters: Record<string, string>) =>
  (await store.query(parseSeriesQuery({ measurement: 'heartbeat', fn: 'count', every: '1m', ...parameters }, wallMs)))
    .rows

async function total(parameters: Record<string, string> = {}): Promise<number> {
  return (await ask(parameters)).reduce((sum, row) => sum + Number(row.at(-1)), 0)
}

describe('embedded store', () => {
  test('feeding the same rows again, also after a restart, counts them once', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => heartbeat(i + 1))
    store.append({ observations: rows.slice(0, 60), cursor: 60 })
    store.append({ observations: rows.slice(0, 60), cursor: 60 })
    restart()
    expect(store.cursor()).toBe(60)
    store.append({ observations: rows.slice(30), cursor: 100 })
    expect(store.cursor()).toBe(100)
    expect(await total()).toBe(100)
  })

  test('rows without an observation move the cursor', () => {
    store.append({ observations: [], cursor: 7 })
    restart()
    expect(store.cursor()).toBe(7)
  })

  test('a late row joins the bucket it belongs to, minutes and hours', async () => {
    store.append({ observations: [heartbeat(1), heartbeat(2, { receivedMs: noonMs + 7_200_000 })], cursor: 2 })
    restart()
    store.append({ observations: [heartbeat(3, { receivedMs: noonMs + 1_000, latencyMs: 300 })], cursor: 3 })
    expect(await ask({ fn: 'mean' })).toEqual([
      ['2026-11-24T05:00:00.000Z', 200],
      ['2026-11-24T07:00:00.000Z', 100],
    ])
    expect((await ask({ every: '1h' })).map((row) => row.at(-1))).toEqual([2, 1])
  })

  test('a failed append takes nothing and can come again', async () => {
    store.append({ observations: [heartbeat(1)], cursor: 1 })
    const broken = heartbeat(3, { app: 'sipd', receivedMs: Number.NaN })
    expect(() => store.append({ observations: [heartbeat(2), broken], cursor: 3 })).toThrow()
    expect(store.cursor()).toBe(1)
    store.append({ observations: [heartbeat(2), heartbeat(3, { app: 'sipd' })], cursor: 3 })
    expect(await ask({ by: 'app' })).toEqual([
      ['2026-11-24T05:00:00.000Z', 'simrs', 2],
      ['2026-11-24T05:00:00.000Z', 'sipd', 1],
    ])
  })

  test('door events are counted by kind at the time of the door', async () => {
    const event = { kind: 'door', door: 'utama', at: noonMs } as const
    const observations: Observation[] = [
      { ...event, rowId: 1, event: 'granted', seq: 1 },
      { ...event, rowId: 1, event: 'opened', seq: 2 },
      { ...event, rowId: 2, event: 'granted', seq: 3, at: noonMs + 60_000 },
    ]
    store.append({ observations, cursor: 2 })
    expect(await ask({ measurement: 'door', by: 'kind', every: '5m' })).toEqual([
      ['2026-11-24T05:00:00.000Z', 'granted', 2],
      ['2026-11-24T05:00:00.000Z', 'opened', 1],
    ])
    expect(await total({ measurement: 'door', where: 'kind:opened' })).toBe(1)
  })

  test('a door event of before the minutes that are kept counts in its hour alone', () => {
    const event = { kind: 'door', door: 'utama', event: 'opened' } as const
    const observations: Observation[] = [89, 91, 300].map((days, index) => {
      return { ...event, rowId: index + 1, seq: index + 1, at: wallMs - days * DAY_MS }
    })
    store.append({ observations, cursor: 3 })
    const file = new DatabaseSync(path(), { readOnly: true })
    const count = (table: string) => file.prepare(`SELECT sum(count) AS n FROM ${table}`).get()?.['n']
    expect([count('door_minute'), count('door_hour')]).toEqual([1, 3])
    file.close()
  })

  test('a day begins at midnight in WIB', async () => {
    const beforeMidnight = Date.parse('2026-11-24T16:59:59Z')
    const late = [heartbeat(1, { receivedMs: beforeMidnight }), heartbeat(2, { receivedMs: beforeMidnight + 1_000 })]
    store.append({ observations: late, cursor: 2 })
    wallMs += DAY_MS / 2
    expect(await ask({ every: '1d' })).toEqual([
      ['2026-11-23T17:00:00.000Z', 1],
      ['2026-11-24T17:00:00.000Z', 1],
    ])
  })

  test('minutes go after 90 days, a slice an append; hours stay', async () => {
    const days = Array.from({ length: 3 * 24 }, (_, hour) =>
      heartbeat(hour + 1, { receivedMs: noonMs + hour * 3_600_000 }),
    )
    store.append({ observations: days, cursor: 100 })
    wallMs = noonMs + 95 * DAY_MS
    for (let cursor = 101; cursor < 110 + 4 * 72; cursor += 1) store.append({ observations: [], cursor })
    const file = new DatabaseSync(path(), { readOnly: true })
    const count = (table: string) => file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']
    expect([count('heartbeat_minute'), count('heartbeat_hour')]).toEqual([0, 72])
    file.close()
    const range = { from: '2026-11-24T00:00:00Z', to: '2026-11-28T00:00:00Z' }
    expect(await total({ ...range, every: '1h' })).toBe(72)
  })

  test('any question is answered as counting the observations one by one would', async () => {
    const observation = fc.record({
      app: fc.constantFrom('simrs', 'sipd', 'e-kinerja'),
      opd: fc.constantFrom('rsud', 'bkd'),
      offsetMs: fc.integer({ min: 0, max: 2 * DAY_MS }),
      latencyMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { freq: 4 }),
    })
    const fns = fc.constantFrom('count', 'min', 'max', 'sum', 'mean')
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(observation, { maxLength: 40 }),
        fns,
        fc.constantFrom('5m', '1h', '1d'),
        async (all, fn, every) => {
          const file = new EmbeddedStore(join(directory, `round-${round++}.db`), clock)
          try {
            const rows = all.map(({ offsetMs, ...tags }, i) =>
              heartbeat(i + 1, { ...tags, receivedMs: noonMs - DAY_MS + offsetMs }),
            )
            for (const row of rows) file.append({ observations: [row], cursor: row.rowId })
            const query = {
              measurement: 'heartbeat',
              fn,
              every,
              by: 'app',
              from: '2026-11-23T05:20:00Z',
              to: '2026-11-24T22:40:00Z',
            }
            const { rows: answer } = await file.query(parseSeriesQuery(query, wallMs))
            expect(answer).toEqual(bruteForce(rows, query))
          } finally {
            file.close()
          }
        },
      ),
      { seed: 20_261_124, numRuns: 25 },
    )
  })
})

const reduce: Record<string, (values: number[]) => number> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  sum: (values) => values.reduce((a, b) => a + b, 0),
  mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
}

function bruteForce(rows: HeartbeatObservation[], query: { fn: string; every: string; from: string; to: string }) {
  const everyMs = { '5m': 300_000, '1h': 3_600_000, '1d': DAY_MS }[query.every] ?? 1
  const offsetMs = query.every === '1d' ? 7 * 3_600_000 : 0
  const inside = rows.filter((row) => row.receivedMs >= Date.parse(query.from) && row.receivedMs < Date.parse(query.to))
  const key = (row: HeartbeatObservation) => {
    const start = Math.floor((row.receivedMs + offsetMs) / everyMs) * everyMs - offsetMs
    return `${new Date(start).toISOString()} ${row.app}`
  }
  return [...Map.groupBy(inside, key)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([text, group]) => {
      const values = group.flatMap((row) => (row.latencyMs === null ? [] : [row.latencyMs]))
      if (query.fn !== 'count' && values.length === 0) return []
      return [[...text.split(' '), query.fn === 'count' ? group.length : reduce[query.fn]?.(values)]]
    })
}
