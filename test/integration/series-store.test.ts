/** One suite, both stores: the same observations in, the same answers out. */
import { describe, expect, test } from 'vitest'
import type { Clock } from '#runtime/clock.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { HOUR_MS } from '../../server/series/level.ts'
import type { Observation } from '../../server/series/observation.ts'
import { openSeries } from '../../server/series/open-series.ts'
import { parseSeriesQuery } from '../../server/series/query.ts'
import type { SeriesAnswer, SeriesStore } from '../../server/series/store.ts'
import { startInflux } from '../harness/influxd.ts'
import { describeWith } from '../harness/system-packages.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const startMs = Date.parse('2026-11-24T10:00:00Z')
const nowMs = startMs + 30 * HOUR_MS
const clock: Clock = { wallMs: () => nowMs, monoMs: systemClock.monoMs }
const ROWS = 3_000
const observations = Array.from({ length: ROWS }, (_, i) => observationOf(i + 1))

/** Heartbeats of five applications over 20 h, some without latency, region or late; each tenth row a door event. */
function observationOf(rowId: number): Observation {
  const receivedMs = startMs + ((rowId * 7_919) % (20 * 3_600)) * 1_000 + (rowId % 1_000)
  if (rowId % 10 === 0) {
    return {
      kind: 'door',
      rowId,
      door: 'utama',
      event: rowId % 20 === 0 ? 'granted' : 'opened',
      seq: rowId,
      at: receivedMs,
    }
  }
  const app = rowId % 5
  return {
    kind: 'heartbeat',
    rowId,
    app: `app-${app}`,
    opd: app < 3 ? 'bkd' : 'rsud',
    region: app === 0 ? null : 'kota-a',
    receivedMs,
    latencyMs: rowId % 7 === 0 ? null : (rowId * 31) % 2_000,
    status: rowId % 11 === 0 ? 'down' : 'up',
  }
}

type Open = () => Promise<{ store: SeriesStore; name: SeriesAnswer['store'] }>

async function openEmbedded(): ReturnType<Open> {
  return { name: 'embedded', store: openSeries({ dataDir: temporaryDirectory(), log: silentLog, clock }) }
}

async function openInflux(): ReturnType<Open> {
  const influx = await startInflux()
  const backlog = (after: number, limit: number) => {
    const rows = observations.slice(after, after + limit)
    return { observations: rows, cursor: rows.at(-1)?.rowId ?? after }
  }
  const settings = { url: influx.url, database: 'siaga', backlog }
  return {
    name: 'influx',
    store: openSeries({ dataDir: temporaryDirectory(), influx: settings, log: silentLog, clock }),
  }
}

function feed(store: SeriesStore): void {
  for (let from = 0; from < ROWS; from += 500)
    store.append({ observations: observations.slice(from, from + 500), cursor: from + 500 })
}

interface Question {
  measurement: string
  fn: string
  every: string
  by: string
  where: string
}

/** Value by time and tags, from the observations themselves. */
function expected({ measurement, fn, every, by, where }: Question): Map<string, number> {
  const everyMs = { '5m': 300_000, '1h': HOUR_MS, '1d': 24 * HOUR_MS }[every] ?? 1
  const offsetMs = every === '1d' ? 7 * HOUR_MS : 0
  const groups = new Map<string, (number | null)[]>()
  for (const observation of observations) {
    const { kind } = observation
    const tags: Record<string, string> =
      kind === 'door'
        ? { door: observation.door, kind: observation.event }
        : { app: observation.app, opd: observation.opd, region: observation.region ?? '' }
    const [tag = '', value] = where.split(':')
    if (kind !== measurement || (where !== '' && tags[tag] !== value)) continue
    const timeMs = kind === 'door' ? observation.at : observation.receivedMs
    const bucket = Math.floor((timeMs + offsetMs) / everyMs) * everyMs - offsetMs
    const key = [new Date(bucket).toISOString(), ...by.split(',').flatMap((name) => (name ? [tags[name]] : []))].join(
      ' ',
    )
    groups.set(key, [...(groups.get(key) ?? []), kind === 'door' ? null : observation.latencyMs])
  }
  return new Map([...groups].flatMap(([key, all]) => reduced(key, fn, all)))
}

function reduced(key: string, fn: string, all: (number | null)[]): [string, number][] {
  if (fn === 'count') return [[key, all.length]]
  const values = all.filter((value) => value !== null)
  const sum = values.reduce((a, b) => a + b, 0)
  const value = { min: Math.min(...values), max: Math.max(...values), sum, mean: sum / values.length }[fn]
  return values.length === 0 || value === undefined ? [] : [[key, value]]
}

const questions: Question[] = ['count', 'mean', 'min', 'max', 'sum'].flatMap((fn) => [
  { measurement: 'heartbeat', fn, every: '5m', by: 'app', where: 'opd:bkd' },
  { measurement: 'heartbeat', fn, every: '5m', by: '', where: '' },
  { measurement: 'heartbeat', fn, every: '1h', by: 'opd,region', where: '' },
  { measurement: 'heartbeat', fn, every: '1d', by: 'app', where: '' },
])
const doorQuestion = { measurement: 'door', fn: 'count', every: '1h', by: 'door,kind', where: '' }

const suite = (open: Open) => () => {
  test('every question is answered as the observations say', async () => {
    const { store, name } = await open()
    feed(store)
    await until('InfluxDB has all', () => store.status().influxLag === 0 && store.status().store === name, 30_000)
    for (const question of [...questions, doorQuestion]) {
      const range = { from: '2026-11-24T10:00:00Z', to: '2026-11-25T10:00:00Z' }
      const answer = await store.query(parseSeriesQuery({ ...question, ...range }, nowMs))
      expect(answer.store).toBe(name)
      const truth = expected(question)
      expect(answer.rows.map((row) => row.slice(0, -1).join(' '))).toEqual([...truth.keys()].toSorted())
      for (const row of answer.rows) {
        expect(row.at(-1), JSON.stringify(question)).toBeCloseTo(truth.get(row.slice(0, -1).join(' ')) ?? Number.NaN, 6)
      }
    }
    await store.close()
  })

  test('percentiles come from the histograms', async () => {
    const { store } = await open()
    feed(store)
    const query = {
      measurement: 'heartbeat',
      fn: 'p95',
      every: '1d',
      from: '2026-11-24T10:00:00Z',
      to: '2026-11-25T10:00:00Z',
    }
    const answer = await store.query(parseSeriesQuery(query, nowMs))
    const { rows } = answer
    expect(answer.store).toBe('embedded')
    expect(rows.length).toBe(2)
    for (const row of rows) expect(Math.abs(Number(row.at(-1)) - 1_900)).toBeLessThan(80)
    await store.close()
  })
}

describe('embedded store', suite(openEmbedded))
describeWith(['influxdb'], 'InfluxDB', suite(openInflux))
