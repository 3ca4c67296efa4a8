/** What the server knows before it reads on: the checkpoint of the judgement, the series, the last hour of latencies. */

import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import type { JournalReader } from '../../broker/journal/reader.ts'
import { openJournalReader } from '../../broker/journal/reader.ts'
import type { Present } from '../live/present.ts'
import type { Registry } from '../registry/registry.ts'
import { openSeries } from '../series/open-series.ts'
import type { SeriesStore } from '../series/store.ts'
import type { ServerSettings } from '../settings.ts'
import { catchUpSeries } from './keeper.ts'
import { observationOf } from './observations.ts'

const HOUR_MS = 3_600_000

export interface History {
  readonly series: SeriesStore
  /** Journal row up to which everything was judged. */
  readonly cursor: number
  readonly readAfter: (cursor: number, limit: number) => readonly JournalRow[]
  close(): Promise<void>
}

export interface HistoryOptions {
  readonly settings: ServerSettings
  readonly dataDir: string
  readonly present: Present
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Log
}

export async function openHistory({
  settings,
  dataDir,
  present,
  registry,
  clock,
  log,
}: HistoryOptions): Promise<History> {
  // The broker may start later than the server: looked for again at each read.
  let reader: JournalReader | undefined
  const readAfter = (cursor: number, limit: number) => {
    reader ??= openJournalReader(dataDir)
    return reader?.readAfter(cursor, limit) ?? []
  }
  const { app } = present
  const backlog = (rowId: number, limit: number) => {
    const rows = readAfter(rowId, limit)
    return { observations: rows.flatMap((row) => observationOf(row, app) ?? []), cursor: rows.at(-1)?.id ?? rowId }
  }
  const series = openSeries({ dataDir, influx: influxSettings(settings, backlog), log, clock })

  const stored = registry.monitor.load()
  if (stored) present.restore(stored.checkpoint)
  present.followRegistry()
  const cursor = stored?.cursor ?? 0
  catchUpSeries({ series, readAfter, app, until: cursor })
  await recallLatencies(series, present, clock.wallMs())
  return {
    series,
    cursor,
    readAfter,
    async close() {
      await series.close()
      reader?.close()
    },
  }
}

/** The sparklines of the last hour, from the minute roll-ups. */
async function recallLatencies(series: SeriesStore, present: Present, nowMs: number): Promise<void> {
  const lastHour = { fromMs: nowMs - HOUR_MS, toMs: nowMs, everyMs: 60_000, format: 'json' as const }
  const { rows } = await series.query({ ...lastHour, measurement: 'heartbeat', fn: 'mean', where: [], by: ['app'] })
  for (const [time, app, value] of rows) {
    if (typeof app === 'string' && typeof value === 'number') present.trends.hear(app, value, Date.parse(String(time)))
  }
}

function influxSettings(
  settings: ServerSettings,
  backlog: NonNullable<Parameters<typeof openSeries>[0]['influx']>['backlog'],
) {
  if (!settings.SIAGA_INFLUX_URL) return undefined
  return {
    url: settings.SIAGA_INFLUX_URL,
    database: settings.SIAGA_INFLUX_DATABASE,
    username: settings.SIAGA_INFLUX_USERNAME,
    password: settings.SIAGA_INFLUX_PASSWORD,
    readUsername: settings.SIAGA_INFLUX_READ_USERNAME,
    readPassword: settings.SIAGA_INFLUX_READ_PASSWORD,
    backlog,
  }
}
