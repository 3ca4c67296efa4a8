/** The time series as one store: roll-ups in `series.db` always, InfluxDB beside it when configured (design §7). */
import { join } from 'node:path'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { EmbeddedStore } from './embedded/embedded-store.ts'
import { type Backlog, InfluxFeed } from './influx/influx-feed.ts'
import { InfluxReader } from './influx/influx-reader.ts'
import { type InfluxSettings, InfluxWriter } from './influx/influx-writer.ts'
import { DAY_MS } from './level.ts'
import { planSeries } from './plan.ts'
import { quantiles, type SeriesQuery } from './query.ts'
import type { SeriesAnswer, SeriesStore } from './store.ts'

/** Longer spans over raw points keep InfluxDB busy for seconds; hours in `series.db` answer them in milliseconds. */
const RAW_SPAN_MAX_MS = 31 * DAY_MS

export interface SeriesOptions {
  readonly dataDir: string
  /** Unset: the embedded store alone. `backlog` reads the journal for InfluxDB, at its own pace. */
  readonly influx?: (InfluxSettings & { readonly backlog: Backlog }) | undefined
  readonly log: Log
  readonly clock: Clock
}

/** Opens `series.db` in the data directory and, when configured, begins to feed InfluxDB; it need not be reachable. */
export function openSeries({ dataDir, influx, log, clock }: SeriesOptions): SeriesStore {
  const embedded = new EmbeddedStore(join(dataDir, 'series.db'), clock)
  if (influx) return withInflux(embedded, influx, { log, clock })
  return {
    append: (batch) => embedded.append(batch),
    cursor: () => embedded.cursor(),
    query: async (query) => await embedded.query(query),
    status: () => ({
      store: 'embedded',
      cursor: embedded.cursor(),
      influxCursor: null,
      influxLag: 0,
      influxState: 'off',
      influxRefused: 0,
    }),
    close: async () => embedded.close(),
  }
}

function withInflux(
  embedded: EmbeddedStore,
  influx: InfluxSettings & { readonly backlog: Backlog },
  { log, clock }: { log: Log; clock: Clock },
): SeriesStore {
  const consumer = consumerOf(influx)
  const feed = new InfluxFeed({
    writer: new InfluxWriter(influx),
    backlog: influx.backlog,
    cursor: {
      read: () => embedded.cursors.read(consumer),
      write: (rowId) => embedded.cursors.write(consumer, rowId),
    },
    head: () => embedded.cursor(),
    log,
    clock,
  })
  const reader = new InfluxReader(influx)
  const query = async (question: SeriesQuery): Promise<SeriesAnswer> => {
    if (feed.state() !== 'current' || !isForInflux(question)) return await embedded.query(question)
    const groups = embedded.groups(question)
    const plan = planSeries(question, { raw: true, groups, nowMs: clock.wallMs() })
    try {
      return await reader.answer(question, plan)
    } catch (error) {
      log.warn({ message: error instanceof Error ? error.message : String(error) }, 'InfluxDB did not answer a query')
      return await embedded.query(question)
    }
  }
  return {
    append: (batch) => {
      embedded.append(batch)
      feed.wake()
    },
    cursor: () => embedded.cursor(),
    query,
    status: () => ({
      store: feed.state() === 'current' ? 'influx' : 'embedded',
      cursor: embedded.cursor(),
      influxCursor: feed.cursor(),
      influxLag: Math.max(0, embedded.cursor() - feed.cursor()),
      influxState: feed.state(),
      influxRefused: feed.refused(),
    }),
    close: async () => {
      await feed.close()
      embedded.close()
    },
  }
}

/** Percentiles come from our histograms, whose error is known and which merge. */
function isForInflux({ fn, fromMs, toMs }: SeriesQuery): boolean {
  return quantiles[fn] === undefined && toMs - fromMs <= RAW_SPAN_MAX_MS
}

/** Another server or database begins with an empty cursor of its own. */
function consumerOf({ url, database }: InfluxSettings): string {
  const { origin, pathname } = new URL(url)
  return `influx ${origin}${pathname} ${database}`
}
