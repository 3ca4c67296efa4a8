/**
 * Answers queries by InfluxQL through the `influx` package. Values go in as bind parameters; names, functions and
 * durations come from closed lists and numbers of the plan.
 */
import { InfluxDB } from 'influx'
import { z } from 'zod'
import type { SeriesPlan } from '../plan.ts'
import type { SeriesQuery } from '../query.ts'
import type { Cell, SeriesAnswer } from '../store.ts'
import type { InfluxSettings } from './influx-writer.ts'

const TIMEOUT_MS = 20_000

const Response = z.object({
  results: z.tuple([
    z.object({
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            tags: z.record(z.string(), z.string()).default({}),
            values: z.array(z.tuple([z.number(), z.number().nullable()])),
          }),
        )
        .default([]),
    }),
  ]),
})

export class InfluxReader {
  private readonly influx: InfluxDB

  constructor({ url, database, ...login }: InfluxSettings) {
    const { protocol, hostname, port, pathname } = new URL(url)
    const secure = protocol === 'https:'
    this.influx = new InfluxDB({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port) || (secure ? 443 : 80),
      protocol: secure ? 'https' : 'http',
      path: pathname.replace(/\/$/, ''),
      database,
      // Left out, the package sends root:root, which a server without authentication ignores.
      username: login.readUsername ?? login.username ?? '',
      password: login.readPassword ?? login.password ?? '',
      pool: { requestTimeout: TIMEOUT_MS, maxRetries: 1 },
    })
  }

  /** @throws Error with InfluxDB's words, or why it could not be reached; never with the request, which holds the login */
  async answer(query: SeriesQuery, plan: SeriesPlan): Promise<SeriesAnswer> {
    const { text, placeholders } = toInfluxQl(query, plan)
    const raw: unknown = await this.influx
      .queryRaw(text, { precision: 'ms', placeholders })
      .catch((error: unknown) => Promise.reject(new Error(error instanceof Error ? error.message : 'query failed')))
    const [{ error, series }] = Response.parse(raw).results
    if (error !== undefined) throw new Error(error)
    const rows = series.flatMap(({ tags, values }) => rowsOf(query, tags, values))
    return {
      store: 'influx',
      level: plan.level,
      columns: ['time', ...query.by, 'value'],
      rows: rows.toSorted(byTimeThenTags),
    }
  }
}

/** Text and bind parameters. */
export function toInfluxQl(query: SeriesQuery, plan: SeriesPlan) {
  const placeholders: Record<string, string> = {
    from: new Date(plan.fromMs).toISOString(),
    to: new Date(plan.toMs).toISOString(),
  }
  const conditions = query.where.map(({ tag, values }, i) => {
    const alternatives = values.map((value, j) => {
      placeholders[`w${i}v${j}`] = value
      return `"${tag}" = $w${i}v${j}`
    })
    return ` AND (${alternatives.join(' OR ')})`
  })
  const time = `time(${plan.everyMs / 1_000}s, ${-plan.offsetMs / 1_000}s)`
  const groups = [time, ...query.by.map((tag) => `"${tag}"`)].join(', ')
  const text = `SELECT ${selection(query)} FROM "${query.measurement}" WHERE time >= $from AND time < $to${conditions.join('')} GROUP BY ${groups} fill(none)`
  return { text, placeholders }
}

/** Counting goes by a field that every point has. */
function selection({ measurement, fn }: SeriesQuery): string {
  if (fn !== 'count') return `${fn}("latencyMs")`
  return measurement === 'heartbeat' ? 'count("up")' : 'count("seq")'
}

function rowsOf({ by }: SeriesQuery, tags: Record<string, string>, values: [number, number | null][]): Cell[][] {
  return values.flatMap(([timeMs, value]) =>
    value === null ? [] : [[new Date(timeMs).toISOString(), ...by.map((tag) => tags[tag] ?? ''), value]],
  )
}

/** As the embedded store sorts: the value, last, never decides. */
function byTimeThenTags(a: readonly Cell[], b: readonly Cell[]): number {
  const key = (row: readonly Cell[]) => row.slice(0, -1).join('\n')
  return key(a) < key(b) ? -1 : 1
}
