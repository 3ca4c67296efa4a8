/**
 * Answers a planned query from the roll-ups, one series after the other with a turn of the event loop between them,
 * so a long question never holds up the tail. Rows appended meanwhile may or may not be in the answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'
import { LatencyHistogram } from '../histogram.ts'
import type { Segment, SeriesPlan } from '../plan.ts'
import { type Fn, quantiles, type SeriesQuery } from '../query.ts'
import { higher, lower } from '../rollup.ts'
import type { Cell, SeriesAnswer } from '../store.ts'
import { type Catalogue, groupKey } from './catalogue.ts'

/** Bucket number of a roll-up's time; parameters arrive as REAL and would divide as such. */
const BUCKET = '(time + CAST(:offset AS INTEGER)) / CAST(:every AS INTEGER)'
const RANGE = 'WHERE series = :series AND time >= :from AND time < :to'

const Partial = z.object({
  bucket: z.number(),
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
    const sums = new Map<number, Map<string, Sum>>()
    for (const series of this.catalogue.matching(query)) {
      const group = groupKey(series.tags, query.by)
      for (const segment of plan.segments) {
        for (const part of this.read(query, plan, { series: series.id, segment }))
          sumAt(sums, part.bucket, group).add(part)
      }
      await turn()
    }
    return {
      store: 'embedded',
      level: plan.level,
      columns: ['time', ...query.by, 'value'],
      rows: rowsOf(sums, query, plan),
    }
  }

  private read(
    query: SeriesQuery,
    plan: SeriesPlan,
    { series, segment }: { series: number; segment: Segment },
  ): Partial[] {
    const parameters = {
      series,
      from: segment.fromMs,
      to: segment.toMs,
      every: plan.everyMs,
      offset: plan.offsetMs,
    }
    return this.statement(query, segment)
      .all(parameters)
      .map((row) => Partial.parse(row))
  }

  private statement({ measurement, fn }: SeriesQuery, { level }: Segment): StatementSync {
    const table = `${measurement}_${level}`
    const sql = `SELECT ${BUCKET} AS bucket, ${columnsOf(measurement, fn)} FROM ${table} ${RANGE} ${groupingOf(fn)}`
    const known = this.statements.get(sql)
    if (known) return known
    const statement = this.db.prepare(sql)
    this.statements.set(sql, statement)
    return statement
  }
}

function columnsOf(measurement: SeriesQuery['measurement'], fn: Fn): string {
  if (measurement === 'door' || fn === 'count') return 'sum(count) AS count'
  if (quantiles[fn] !== undefined) return 'latencyCount, latencyMin, latencyMax, histogram'
  return `sum(latencyCount) AS latencyCount, sum(latencySum) AS latencySum,
    min(latencyMin) AS latencyMin, max(latencyMax) AS latencyMax`
}

function groupingOf(fn: Fn): string {
  return quantiles[fn] === undefined ? 'GROUP BY bucket' : ''
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
