/** What InfluxDB does to the feed: crashes, absence, a lost database, refused points. */
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { HeartbeatObservation, Observation } from '../../server/series/observation.ts'
import { openSeries } from '../../server/series/open-series.ts'
import { parseSeriesQuery } from '../../server/series/query.ts'
import type { SeriesStore } from '../../server/series/store.ts'
import { startInflux, type TestInflux } from '../harness/influxd.ts'
import { describeWith } from '../harness/system-packages.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const startMs = Date.now() - 3_600_000

function heartbeat(rowId: number): HeartbeatObservation {
  const receivedMs = startMs + rowId * 10
  return {
    kind: 'heartbeat',
    rowId,
    app: `app-${rowId % 9}`,
    opd: 'bkd',
    region: null,
    receivedMs,
    latencyMs: rowId % 500,
    status: 'up',
  }
}

/** A journal in memory that grows as the test says, and the store that is fed from it. */
class Journal {
  readonly rows: Observation[] = []
  readonly backlog = (after: number, limit: number) => {
    const rows = this.rows.slice(after, after + Math.min(limit, 200))
    return { observations: rows, cursor: rows.at(-1)?.rowId ?? after }
  }

  grow(count: number): { observations: Observation[]; cursor: number } {
    const observations = Array.from({ length: count }, (_, i) => heartbeat(this.rows.length + i + 1))
    this.rows.push(...observations)
    return { observations, cursor: this.rows.length }
  }
}

interface OpenOptions {
  dataDir?: string
  username?: string
  password?: string
}

function open(
  influx: TestInflux,
  journal: Journal,
  { dataDir = temporaryDirectory(), ...login }: OpenOptions = {},
): SeriesStore {
  const settings = { url: influx.url, database: 'siaga', backlog: journal.backlog, ...login }
  const store = openSeries({ dataDir, influx: settings, log: silentLog, clock: systemClock })
  onTestFinished(() => store.close())
  return store
}

async function counted(influx: TestInflux): Promise<unknown> {
  return (await influx.query('SELECT count("up") FROM "heartbeat"'))[0]?.[1]
}

async function answer(store: SeriesStore) {
  const query = { measurement: 'heartbeat', fn: 'count', every: '1d', from: new Date(startMs - 1_000).toISOString() }
  const { store: name, rows } = await store.query(parseSeriesQuery(query, Date.now()))
  return { name, total: rows.reduce((sum, row) => sum + Number(row.at(-1)), 0) }
}

const caughtUp = (store: SeriesStore) => () =>
  store.status().influxState === 'current' && store.status().influxLag === 0

describeWith(['influxdb'], 'feeding InfluxDB', () => {
  test('killed in the middle of 5,000 rows it has exactly 5,000 at the end', async () => {
    const [influx, journal] = [await startInflux(), new Journal()]
    const store = open(influx, journal)
    for (let batch = 0; batch < 25; batch += 1) {
      store.append(journal.grow(200))
      if (batch === 8) {
        await until('some rows are there', () => (store.status().influxCursor ?? 0) >= 400)
        await influx.kill()
      }
      if (batch === 16) {
        await until('the outage is seen', () => store.status().influxState === 'down')
        expect(await answer(store)).toEqual({ name: 'embedded', total: 17 * 200 })
        await influx.start()
      }
    }
    await until('all rows are there', caughtUp(store), 40_000)
    expect(await counted(influx)).toBe(5_000)
    expect(await answer(store)).toEqual({ name: 'influx', total: 5_000 })
  })

  test('not there at the start, and the server restarted meanwhile, it gets everything once it comes', async () => {
    const [influx, journal, dataDir] = [await startInflux(), new Journal(), temporaryDirectory()]
    await influx.stop()
    const first = open(influx, journal, { dataDir })
    first.append(journal.grow(500))
    await until('the outage is seen', () => first.status().influxState === 'down')
    expect(await answer(first)).toEqual({ name: 'embedded', total: 500 })
    await first.close()
    const second = open(influx, journal, { dataDir })
    expect(second.cursor()).toBe(500)
    await influx.start()
    second.append(journal.grow(100))
    await until('all rows are there', caughtUp(second), 40_000)
    expect(await counted(influx)).toBe(600)
  })

  test('a database that is gone is made again and filled from the journal', async () => {
    const [influx, journal] = [await startInflux(), new Journal()]
    const store = open(influx, journal)
    store.append(journal.grow(300))
    await until('all rows are there', caughtUp(store))
    await fetch(`${influx.url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'DROP DATABASE siaga' }) })
    store.append(journal.grow(1))
    await until('all rows are there again', () => store.status().influxCursor === 301 && caughtUp(store)())
    expect(await counted(influx)).toBe(301)
  })

  test('a wrong password is an outage, the right one ends it', async () => {
    const login = { username: 'siaga', password: 'benar' }
    const [influx, journal, dataDir] = [await startInflux(login), new Journal(), temporaryDirectory()]
    const refused = open(influx, journal, { dataDir, ...login, password: 'salah' })
    refused.append(journal.grow(20))
    await until('the refusal is seen', () => refused.status().influxState === 'down')
    expect(refused.status().influxCursor).toBe(0)
    await refused.close()
    const store = open(influx, journal, { dataDir, ...login })
    await until('all rows are there', caughtUp(store))
    expect(await answer(store)).toEqual({ name: 'influx', total: 20 })
  })

  test('a refused point is counted and never holds up the ones after it', async () => {
    const [influx, journal] = [await startInflux(), new Journal()]
    await fetch(`${influx.url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE siaga' }) })
    const taken = `heartbeat,app=app-1,opd=bkd up="text" ${(startMs + 10) * 1e6}`
    await fetch(`${influx.url}/write?db=siaga`, { method: 'POST', body: taken })
    const store = open(influx, journal)
    store.append(journal.grow(10))
    await until('the cursor passed', () => store.status().influxCursor === 10)
    expect(store.status().influxRefused).toBeGreaterThan(0)
    expect((await answer(store)).total).toBeGreaterThan(0)
  })
})
