/**
 * Answers a planned query from the roll-ups, in pieces with a turn of the event loop between them, so a long question
 * never holds up the tail. Rows appended meanwhile may or may not be in the answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import { LatencyHistogram } from '../histogram.ts'
import { levelMs } from '../level.ts'
import type { Segment, SeriesPlan } from '../plan.ts'
import { type Fn, quantiles, type SeriesQuery } from '../query.ts'
import { higher, lower } from '../rollup.ts'
import type { Cell, SeriesAnswer } from '../store.ts'
import { type Catalogue, groupKey } from './catalogue.ts'

/** Bucket number of a roll-up's time; parameters arrive as REAL and would divide as such. */
const BUCKET = '(time + CAST(:offset AS INTEGER)) / CAST(:every AS INTEGER)'
/** Up to this share of all series each is looked up time by time; above it, reading everything in order is cheaper. */
const FEW_SERIES_SHARE = 1 / 20
/** Roll-up times read without a turn of the event loop between: some 10 ms of work either way. */
const TIMES_OF_ONE = 1_440
const TIMES_OF_ALL = 15

const Partial = z.object({
  bucket: z.number(),
  series: z.number(),
  count: z.number().default(0),
  latencyCount: z.number().default(0),
  latencySum: z.number().default(0),
  latencyMin: z.number().nullable().default(null),
  latencyMax: z.number().nullable().default(null),
  histogram: z.instanceof(Uint8Array).optional(),
})
type Partial = z.infer<typeof Partial>

class Sum {
  count = 0
  latencyCount = 0
  latencySum = 0
  latencyMin: number | null = null
  latencyMax: number | null = null
  readonly histogram = new LatencyHistogram()

  add(part: Partial): void {
    this.count += part.count
    this.latencyCount += part.latencyCount
    this.latencySum += part.latencySum
    this.latencyMin = lower(this.latencyMin, part.latencyMin)
    this.latencyMax = higher(this.latencyMax, part.latencyMax)
    if (part.histogram) this.histogram.mergeEncoded(part.histogram)
  }

  /** Null where nothing with a latency was heard. */
  value(fn: Fn): number | null {
    if (fn === 'count') return this.count
    if (this.latencyCount === 0) return null
    if (fn === 'mean') return this.latencySum / this.latencyCount
    if (fn === 'sum') return this.latencySum
    if (fn === 'min') return this.latencyMin
    if (fn === 'max') return this.latencyMax
    return this.quantile(quantiles[fn] ?? 1)
  }

  /** Never outside what was observed: a p99 above the maximum would be right within 1 % and look wrong. */
  private quantile(quantile: number): number | null {
    return higher(this.latencyMin, lower(this.latencyMax, this.histogram.quantile(quantile)))
  }
}

export class RollupReader {
  private readonly db: DatabaseSync
  private readonly catalogue: Catalogue
  private readonly statements = new Map<string, StatementSync>()

  constructor(db: DatabaseSync, catalogue: Catalogue) {
    this.db = db
    this.catalogue = catalogue
  }

  async answer(query: SeriesQuery, plan: SeriesPlan): Promise<SeriesAnswer> {
    const groups = new Map(this.catalogue.matching(query).map(({ id, tags }) => [id, groupKey(tags, query.by)]))
    const few = groups.size <= Math.max(1, this.catalogue.size() * FEW_SERIES_SHARE)
    const sums = new Map<number, Map<string, Sum>>()
    for (const segment of plan.segments.flatMap((whole) => cut(whole, few ? TIMES_OF_ONE : TIMES_OF_ALL))) {
      for (const series of few ? groups.keys() : [null]) {
        for (const part of this.read({ query, plan, segment, series })) {
          const group = groups.get(part.series)
          if (group !== undefined) sumAt(sums, part.bucket, group).add(part)
        }
        await turn()
      }
    }
    return {
      store: 'embedded',
      level: plan.level,
      columns: ['time', ...query.by, 'value'],
      rows: rowsOf(sums, query, plan),
    }
  }

  private read({ query, plan, segment, series }: Read): Partial[] {
    const { fromMs: from, toMs: to, level } = segment
    const parameters = { from, to, every: plan.everyMs, offset: plan.offsetMs, ...(series === null ? {} : { series }) }
    const table = `${query.measurement}_${level}`
    const source = series === null ? `${table} WHERE time >= :from AND time < :to` : lookup(table, levelMs[level])
    const columns = columnsOf(query.measurement, query.fn)
    const statement = this.statement(
      `SELECT ${BUCKET} AS bucket, series, ${columns} FROM ${source} ${groupingOf(query.fn)}`,
    )
    return statement.all(parameters).map((row) => Partial.parse(row))
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql)
    if (known) return known
    const statement = this.db.prepare(sql)
    this.statements.set(sql, statement)
    return statement
  }
}

interface Read {
  readonly query: SeriesQuery
  readonly plan: SeriesPlan
  readonly segment: Segment
  /** Null for all. */
  readonly series: number | null
}

/** The times of one series, each looked up: time leads the key, so a range of it holds all series. */
function lookup(table: string, lengthMs: number): string {
  return `(WITH RECURSIVE bucketTime (at) AS (
      SELECT CAST(:from AS INTEGER) UNION ALL SELECT at + ${lengthMs} FROM bucketTime WHERE at + ${lengthMs} < :to)
    SELECT ${table}.* FROM bucketTime CROSS JOIN ${table} ON time = at AND series = :series)`
}

function cut({ level, fromMs, toMs }: Segment, times: number): Segment[] {
  const lengthMs = times * levelMs[level]
  return Array.from({ length: Math.ceil((toMs - fromMs) / lengthMs) }, (_, i) => ({
    level,
    fromMs: fromMs + i * lengthMs,
    toMs: Math.min(toMs, fromMs + (i + 1) * lengthMs),
  }))
}

function columnsOf(measurement: SeriesQuery['measurement'], fn: Fn): string {
  if (measurement === 'door' || fn === 'count') return 'sum(count) AS count'
  if (quantiles[fn] !== undefined) return 'latencyCount, latencyMin, latencyMax, histogram'
  return `sum(latencyCount) AS latencyCount, sum(latencySum) AS latencySum,
    min(latencyMin) AS latencyMin, max(latencyMax) AS latencyMax`
}

function groupingOf(fn: Fn): string {
  return quantiles[fn] === undefined ? 'GROUP BY bucket, series' : ''
}

function sumAt(sums: Map<number, Map<string, Sum>>, bucket: number, group: string): Sum {
  const groups = sums.get(bucket) ?? new Map<string, Sum>()
  sums.set(bucket, groups)
  const sum = groups.get(group) ?? new Sum()
  groups.set(group, sum)
  return sum
}

function rowsOf(sums: Map<number, Map<string, Sum>>, { by, fn }: SeriesQuery, plan: SeriesPlan): Cell[][] {
  return [...sums]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([bucket, groups]) =>
      [...groups]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([group, sum]) => {
          const value = sum.value(fn)
          const time = new Date(bucket * plan.everyMs - plan.offsetMs).toISOString()
          return value === null ? [] : [[time, ...(by.length > 0 ? group.split('\n') : []), value]]
        }),
    )
}
