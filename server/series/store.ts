/** What a time series store is, in words of the domain: fed by cursor, asked by query (design §7 and §9). */
import type { ObservationBatch } from './observation.ts'
import type { SeriesQuery } from './query.ts'

export type Cell = string | number

/** Answer of `GET /api/v1/series` (design §3.4). */
export interface SeriesAnswer {
  /** Which store answered. */
  readonly store: 'embedded' | 'influx'
  /** What it was computed from: single points, or roll-ups of this length (an `hour` answer is exact to the minute). */
  readonly level: 'raw' | 'minute' | 'hour'
  /** `time`, the tags of `by`, `value`. */
  readonly columns: readonly string[]
  /** By time, then by tags; time is the bucket's start in ISO 8601 UTC. A bucket without a value is absent. */
  readonly rows: readonly (readonly Cell[])[]
}

/**
 * - `off`: no InfluxDB is configured.
 * - `current`: all rows were there within the last 2 s; it answers the queries.
 * - `behind`: rows are on their way; the embedded store answers.
 * - `down`: the last write failed and is being retried; the embedded store answers.
 */
export type InfluxState = 'off' | 'current' | 'behind' | 'down'

interface SeriesStatus {
  /** Who would answer a query now. */
  readonly store: 'embedded' | 'influx'
  readonly cursor: number
  /** Last journal row that InfluxDB has durably; null when none is configured. The journal must keep later rows. */
  readonly influxCursor: number | null
  /** Journal rows that InfluxDB has not yet; 0 when none is configured. */
  readonly influxLag: number
  readonly influxState: InfluxState
  /** Points that InfluxDB refused for good (400) since the start. */
  readonly influxRefused: number
}

export interface SeriesStore {
  /**
   * Takes consecutive journal rows, durable together with their cursor; rows at or before it are skipped, so feeding
   * twice counts once. At most 1,000 rows a call, or the event loop waits longer than 10 ms.
   * @throws Error of SQLite (disk full, busy); nothing was taken then and the same batch may come again
   */
  append(batch: ObservationBatch): void
  /** Last journal row taken: feed from the next one. 0 for an empty store. */
  cursor(): number
  /** @throws SeriesQueryError when the question cannot be answered as asked */
  query(query: SeriesQuery): Promise<SeriesAnswer>
  status(): SeriesStatus
  close(): Promise<void>
}
