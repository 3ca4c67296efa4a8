/** What a technician asks: one application and a range of time. It lives in the address, so it can be shared. Pure. */

export const rangeNames = ['1h', '6h', '24h', '7d', 'own'] as const
export type RangeName = (typeof rangeNames)[number]

export interface Choice {
  app: string | null
  range: RangeName
  /** Epoch ms; only with `own`. */
  own: Period | null
}

export interface Period {
  fromMs: number
  toMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** The API answers no longer span. */
const LONGEST_MS = 400 * DAY_MS
/** A zoom ends here: less has no more points. */
const SHORTEST_MS = 5 * MINUTE_MS
/** WIB has no summer time. */
const WIB_OFFSET_MS = 7 * HOUR_MS

const lengthMs: Readonly<Record<Exclude<RangeName, 'own'>, number>> = {
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
}

function isRangeName(text: string | null): text is RangeName {
  return rangeNames.some((name) => name === text)
}

export function isPeriod({ fromMs, toMs }: Period): boolean {
  return Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs < toMs && toMs - fromMs <= LONGEST_MS
}

/** An address that says nothing sensible gives the last 24 hours. */
export function choiceOf(search: string): Choice {
  const query = new URLSearchParams(search)
  const named = query.get('range')
  const own = { fromMs: Date.parse(query.get('from') ?? ''), toMs: Date.parse(query.get('to') ?? '') }
  const app = query.get('app')
  if (named === 'own' && isPeriod(own)) return { app, range: 'own', own }
  return { app, range: isRangeName(named) && named !== 'own' ? named : '24h', own: null }
}

export function searchOf(choice: Choice): string {
  const query = new URLSearchParams()
  if (choice.app !== null) query.set('app', choice.app)
  query.set('range', choice.range)
  if (choice.own !== null) {
    query.set('from', new Date(choice.own.fromMs).toISOString())
    query.set('to', new Date(choice.own.toMs).toISOString())
  }
  return `?${query}`
}

export function periodOf(choice: Choice, nowMs: number): Period {
  if (choice.range === 'own') return choice.own ?? { fromMs: nowMs - DAY_MS, toMs: nowMs }
  return { fromMs: nowMs - lengthMs[choice.range], toMs: nowMs }
}

/** Rounded outward to minutes and never shorter than five of them. */
export function zoomTo({ fromMs, toMs }: Period): Period {
  const from = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS
  return { fromMs: from, toMs: Math.max(Math.ceil(toMs / MINUTE_MS) * MINUTE_MS, from + SHORTEST_MS) }
}

export interface Step {
  name: string
  ms: number
}

const steps: readonly Step[] = [
  { name: '1m', ms: MINUTE_MS },
  { name: '5m', ms: 5 * MINUTE_MS },
  { name: '15m', ms: 15 * MINUTE_MS },
  { name: '1h', ms: HOUR_MS },
  { name: '6h', ms: 6 * HOUR_MS },
  { name: '1d', ms: DAY_MS },
]
/** More points than this a chart of usual width cannot tell apart. */
const POINTS_MAX = 400
/** Past this span, or this long ago, the store answers from hours. */
const MINUTES_SPAN_MS = 3 * DAY_MS
const MINUTES_KEPT_MS = 90 * DAY_MS
const DAILY: Step = { name: '1d', ms: DAY_MS }

/** Length of the buckets to ask for. */
export function stepOf({ fromMs, toMs }: Period, nowMs: number): Step {
  const spanMs = toMs - fromMs
  const finestMs = spanMs > MINUTES_SPAN_MS || nowMs - fromMs > MINUTES_KEPT_MS ? HOUR_MS : MINUTE_MS
  return steps.find((step) => step.ms >= finestMs && spanMs / step.ms <= POINTS_MAX) ?? DAILY
}

/** Value of `<input type="datetime-local">` for a moment, in WIB whatever the zone of the machine: "2026-11-24T09:44". */
export function toLocalInput(ms: number): string {
  return new Date(ms + WIB_OFFSET_MS).toISOString().slice(0, 16)
}

/** The moment such a value means; NaN when it is empty or no time. */
export function fromLocalInput(value: string): number {
  return Date.parse(`${value}:00+07:00`)
}
