/** How a series query is answered: length and alignment of buckets, and which roll-ups to read. Pure. */
import {
  bucketEnd,
  bucketStart,
  DAY_MS,
  HOUR_MS,
  levelMs,
  MINUTE_MS,
  type RollupLevel,
  retentionMs,
  WIB_OFFSET_MS,
} from './level.ts'
import { type SeriesQuery, SeriesQueryError } from './query.ts'

/** Bounds the answer and the work behind it; a chart has fewer pixels. */
export const ROWS_MAX = 5_000
/** Buckets of an answer whose question named no `every`: what a chart shows without crowding. */
const BUCKETS_WANTED = 300
const MINUTE_SPAN_MAX_MS = 3 * DAY_MS

/** Lengths offered when one must be chosen or proposed. */
const everyLadder: readonly (readonly [name: string, lengthMs: number])[] = [
  ['1m', MINUTE_MS],
  ['5m', 5 * MINUTE_MS],
  ['15m', 15 * MINUTE_MS],
  ['1h', HOUR_MS],
  ['6h', 6 * HOUR_MS],
  ['1d', DAY_MS],
  ['7d', 7 * DAY_MS],
  ['30d', 30 * DAY_MS],
  ['366d', 366 * DAY_MS],
]

export interface PlanInput {
  /** True where single points can be read, so any `every` and exact bounds are possible. */
  readonly raw: boolean
  /** Number of tag combinations that `by` can give. */
  readonly groups: number
  readonly nowMs: number
}

export interface Segment {
  readonly level: RollupLevel
  readonly fromMs: number
  readonly toMs: number
}

export interface SeriesPlan {
  readonly level: 'raw' | RollupLevel
  readonly everyMs: number
  /** Buckets begin at multiples of `everyMs` less this. */
  readonly offsetMs: number
  /** Bounds in time, widened to whole roll-ups unless raw; `toMs` is exclusive. */
  readonly fromMs: number
  readonly toMs: number
  /** Roll-ups to read, without overlap; empty when raw. */
  readonly segments: readonly Segment[]
}

/** @throws SeriesQueryError when `every` does not fit, naming one that does */
export function planSeries(query: SeriesQuery, input: PlanInput): SeriesPlan {
  const stepMs = input.raw ? 1 : levelMs[finestLevel(query, input.nowMs)]
  const everyMs = query.everyMs ?? fitting(query, input, stepMs, BUCKETS_WANTED)?.[1] ?? DAY_MS
  if (everyMs % stepMs !== 0) throw new SeriesQueryError(stepMessage(stepMs))
  checkRows(query, input, everyMs, stepMs)
  const fromMs = bucketStart(query.fromMs, stepMs)
  const toMs = bucketEnd(query.toMs, stepMs)
  const bounds = { everyMs, offsetMs: offsetOf(everyMs), fromMs, toMs }
  if (input.raw) return { ...bounds, level: 'raw', segments: [] }
  const segments = segmentsOf({ fromMs, toMs, everyMs, stepMs })
  return { ...bounds, level: segments.some(({ level }) => level === 'hour') ? 'hour' : 'minute', segments }
}

/** Minutes where they are still kept and the span is short enough to read them. */
function finestLevel({ fromMs, toMs }: SeriesQuery, nowMs: number): RollupLevel {
  return toMs - fromMs <= MINUTE_SPAN_MAX_MS && fromMs >= nowMs - retentionMs.minute ? 'minute' : 'hour'
}

function stepMessage(stepMs: number): string {
  return stepMs === HOUR_MS
    ? 'spans over 3 d, or older than 90 d, are answered from hours: use every=1h or a multiple of it, or a shorter span'
    : 'this is answered from minutes: use every=1m or a multiple of it'
}

function offsetOf(everyMs: number): number {
  return everyMs >= DAY_MS ? WIB_OFFSET_MS : 0
}

function bucketsIn({ fromMs, toMs }: SeriesQuery, everyMs: number): number {
  const offsetMs = offsetOf(everyMs)
  return (bucketEnd(toMs, everyMs, offsetMs) - bucketStart(fromMs, everyMs, offsetMs)) / everyMs
}

function fitting(query: SeriesQuery, { groups }: PlanInput, stepMs: number, bucketsMax: number) {
  return everyLadder.find(([, everyMs]) => {
    const buckets = bucketsIn(query, everyMs)
    return everyMs % stepMs === 0 && buckets <= bucketsMax && buckets * Math.max(1, groups) <= ROWS_MAX
  })
}

function checkRows(query: SeriesQuery, input: PlanInput, everyMs: number, stepMs: number): void {
  const buckets = bucketsIn(query, everyMs)
  const rows = buckets * Math.max(1, input.groups)
  if (rows <= ROWS_MAX) return
  const fits = fitting(query, input, stepMs, Number.POSITIVE_INFINITY)
  const advice = fits ? `every=${fits[0]} would fit` : 'narrow it with where, or shorten the span'
  throw new SeriesQueryError(
    `${buckets} buckets × ${Math.max(1, input.groups)} groups are ${rows} rows, more than ${ROWS_MAX}: ${advice}`,
  )
}

/** Whole hours are read as hours where buckets allow it, only the edges as minutes: 60 times fewer rows, same answer. */
function segmentsOf(range: { fromMs: number; toMs: number; everyMs: number; stepMs: number }): Segment[] {
  const { fromMs, toMs, everyMs, stepMs } = range
  if (stepMs === HOUR_MS) return [{ level: 'hour', fromMs, toMs }]
  const firstHour = bucketEnd(fromMs, HOUR_MS)
  const lastHour = bucketStart(toMs, HOUR_MS)
  if (everyMs % HOUR_MS !== 0 || firstHour >= lastHour) return [{ level: 'minute', fromMs, toMs }]
  const segments: Segment[] = [
    { level: 'minute', fromMs, toMs: firstHour },
    { level: 'hour', fromMs: firstHour, toMs: lastHour },
    { level: 'minute', fromMs: lastHour, toMs },
  ]
  return segments.filter((segment) => segment.fromMs < segment.toMs)
}
