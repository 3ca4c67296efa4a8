/** The parameters of `GET /api/v1/series` (design §3.4), decoded once. Pure: `nowMs` is given. */
import { z } from 'zod'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './level.ts'

/** The question is wrong or too large; the message says what to ask instead. Answered as 400. */
export class SeriesQueryError extends Error {
  override readonly name = 'SeriesQueryError'
}

export type Measurement = 'heartbeat' | 'door'
export type Tag = 'app' | 'opd' | 'region' | 'door' | 'kind'
export type Fn = 'count' | 'mean' | 'min' | 'max' | 'sum' | 'p50' | 'p95' | 'p99'

const tagsOf: Readonly<Record<Measurement, readonly Tag[]>> = {
  heartbeat: ['app', 'opd', 'region'],
  door: ['door', 'kind'],
}
const fieldsOf: Readonly<Record<Measurement, readonly string[]>> = {
  heartbeat: ['latencyMs', 'up'],
  door: ['count', 'seq'],
}
export const quantiles: Readonly<Partial<Record<Fn, number>>> = { p50: 0.5, p95: 0.95, p99: 0.99 }

export interface SeriesQuery {
  readonly measurement: Measurement
  readonly fn: Fn
  /** All must hold; of one tag any of its values. */
  readonly where: readonly { readonly tag: Tag; readonly values: readonly string[] }[]
  readonly by: readonly Tag[]
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  /** Null: the planner picks one. */
  readonly everyMs: number | null
  readonly format: 'json' | 'csv'
}

const unitMs = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const
const EVERY_MAX_MS = 366 * DAY_MS
/** Enough for a comparison of any applications a person picks by hand; a longer list wants `by`. */
const CONDITIONS_MAX = 50

const Time = z.iso
  .datetime({ offset: true, error: 'expected ISO 8601 with zone, as 2026-11-24T03:00:00Z (write + as %2B)' })
  .transform((text) => Date.parse(text))

const Every = z
  .string()
  .regex(/^[1-9]\d{0,6}[smhd]$/, 'expected a number and s, m, h or d, as 5m')
  .transform((text) => Number(text.slice(0, -1)) * unitMs[z.enum(['s', 'm', 'h', 'd']).parse(text.slice(-1))])
  .refine((everyMs) => everyMs <= EVERY_MAX_MS, 'at most 366d')

const TagName = z.enum(['app', 'opd', 'region', 'door', 'kind'])
/** Ids are plain; the name of an OPD is whatever the registry lets in, but for the comma that joins conditions. */
const Condition = z
  .string()
  .regex(
    /^(?:opd:[^\p{Cc},]{1,120}|[a-z]+:[a-z0-9.-]{0,64})$/u,
    'expected tag:value, as app:simrs, several joined by commas',
  )
  .transform((text) => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)])
  .pipe(z.tuple([TagName, z.string()]))

const commaList = (text: string): string[] => (text === '' ? [] : text.split(','))

export const SeriesParameters = z.object({
  measurement: z.enum(['heartbeat', 'door']),
  field: z.string().optional(),
  fn: z.enum(['count', 'mean', 'min', 'max', 'sum', 'p50', 'p95', 'p99']),
  where: z.string().default('').transform(commaList).pipe(z.array(Condition).max(CONDITIONS_MAX)),
  by: z.string().default('').transform(commaList).pipe(z.array(TagName).max(3)),
  from: Time.optional(),
  to: Time.optional(),
  every: Every.optional(),
  format: z.enum(['json', 'csv']).default('json'),
})

/**
 * @param parameters as the URL gave them
 * @param nowMs epoch milliseconds; default of `to`
 * @throws SeriesQueryError naming each wrong parameter
 */
export function parseSeriesQuery(parameters: unknown, nowMs: number): SeriesQuery {
  const parsed = SeriesParameters.safeParse(parameters)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${String(issue.path[0] ?? 'query')}: ${issue.message}`)
    throw new SeriesQueryError(wrong.join('; '))
  }
  const { measurement, fn, where, by, format } = parsed.data
  const toMs = parsed.data.to ?? nowMs
  const fromMs = parsed.data.from ?? toMs - DAY_MS
  if (fromMs >= toMs) throw new SeriesQueryError('from must be before to')
  checkTags(measurement, [...where.map(([tag]) => tag), ...by])
  checkField(measurement, fn, parsed.data.field)
  return {
    measurement,
    fn,
    where: groupConditions(where),
    by: [...new Set(by)],
    fromMs,
    toMs,
    everyMs: parsed.data.every ?? null,
    format,
  }
}

function checkTags(measurement: Measurement, tags: readonly Tag[]): void {
  const wrong = tags.find((tag) => !tagsOf[measurement].includes(tag))
  if (wrong) {
    throw new SeriesQueryError(`${measurement} has no tag "${wrong}"; it has ${tagsOf[measurement].join(', ')}`)
  }
}

function checkField(measurement: Measurement, fn: Fn, field: string | undefined): void {
  if (field !== undefined && !fieldsOf[measurement].includes(field)) {
    throw new SeriesQueryError(`${measurement} has no field "${field}"; it has ${fieldsOf[measurement].join(', ')}`)
  }
  if (fn === 'count') return
  if (measurement === 'door') throw new SeriesQueryError(`fn ${fn} needs a number; door has fn=count only`)
  if (field !== undefined && field !== 'latencyMs') {
    throw new SeriesQueryError(`fn ${fn} is answered for field=latencyMs only; "${field}" can be counted`)
  }
}

function groupConditions(conditions: readonly (readonly [Tag, string])[]): SeriesQuery['where'] {
  return [...Map.groupBy(conditions, ([tag]) => tag)].map(([tag, pairs]) => ({
    tag,
    values: [...new Set(pairs.map(([, value]) => value))],
  }))
}
