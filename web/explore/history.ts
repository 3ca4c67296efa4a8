/** The past of one application from the API (design §3.4): latency points on an even grid, and the states as bands. */
import { z } from 'zod'
import { AppState, Cause } from '../../broker/contract/states.ts'
import { call } from '../lib/api.ts'
import type { Period, Step } from './choice.ts'

const Cell = z.union([z.string(), z.number(), z.null()])
const SeriesAnswer = z.object({
  store: z.string(),
  level: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(Cell)),
})
export type SeriesAnswer = z.infer<typeof SeriesAnswer>

const TransitionAnswer = z.object({
  before: AppState.nullable(),
  transitions: z.array(
    z.object({
      id: z.number(),
      from: AppState,
      to: AppState,
      cause: Cause,
      at: z.string(),
      declaredAt: z.string(),
      message: z.string().default(''),
    }),
  ),
})
export type TransitionAnswer = z.infer<typeof TransitionAnswer>

const StatusAnswer = z.object({ apps: z.array(z.object({ id: z.string(), name: z.string(), opd: z.string() })) })
export type AppChoice = z.infer<typeof StatusAnswer>['apps'][number]

export type Quantity = 'mean' | 'p95'

export interface Question {
  app: string
  period: Period
  step: Step
}

/** Address of a latency series; `csv` gives the same as a file. */
export function seriesAddress({ app, period, step }: Question, fn: Quantity, format: 'json' | 'csv' = 'json'): string {
  const query = new URLSearchParams({
    measurement: 'heartbeat',
    field: 'latencyMs',
    fn,
    where: `app:${app}`,
    by: 'app',
    ...isoPeriod(period),
    every: step.name,
    ...(format === 'csv' ? { format } : {}),
  })
  return `/api/v1/series?${query}`
}

const isoPeriod = ({ fromMs, toMs }: Period) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
})

/** All applications one may ask about. */
export async function loadApps(signal: AbortSignal): Promise<AppChoice[]> {
  return (await call('/api/v1/status', StatusAnswer, { signal })).apps
}

export interface Points {
  /** Begin of each bucket, epoch ms, evenly spaced. */
  atMs: number[]
  /** Latency in ms; null where nothing was heard. */
  mean: (number | null)[]
  p95: (number | null)[]
}

export interface History extends Points {
  question: Question
  store: string
  level: string
  bands: Band[]
  transitions: TransitionAnswer['transitions']
}

export async function loadHistory(question: Question, signal: AbortSignal): Promise<History> {
  const transitionsOf = new URLSearchParams({ app: question.app, ...isoPeriod(question.period) })
  const [mean, p95, changes] = await Promise.all([
    call(seriesAddress(question, 'mean'), SeriesAnswer, { signal }),
    call(seriesAddress(question, 'p95'), SeriesAnswer, { signal }),
    call(`/api/v1/transitions?${transitionsOf}`, TransitionAnswer, { signal }),
  ])
  return {
    ...alignPoints(valuesByTime(mean), valuesByTime(p95), question.step.ms),
    question,
    store: mean.store,
    level: mean.level,
    bands: bandsOf(changes, question.period),
    transitions: changes.transitions,
  }
}

/** Value by bucket time (epoch ms), from the columns `time` and `value`; rows without a number are left out. */
export function valuesByTime({ columns, rows }: Pick<SeriesAnswer, 'columns' | 'rows'>): Map<number, number> {
  const timeColumn = columns.indexOf('time')
  const valueColumn = columns.indexOf('value')
  const values = new Map<number, number>()
  for (const row of rows) {
    const time = row[timeColumn]
    const value = row[valueColumn]
    const atMs = typeof time === 'string' ? Date.parse(time) : time
    if (typeof atMs === 'number' && Number.isFinite(atMs) && typeof value === 'number') values.set(atMs, value)
  }
  return values
}

/** Both series on one grid from the first to the last bucket heard; silence in between becomes null, so lines break. */
export function alignPoints(
  mean: ReadonlyMap<number, number>,
  p95: ReadonlyMap<number, number>,
  stepMs: number,
): Points {
  const points: Points = { atMs: [], mean: [], p95: [] }
  const heard = [...new Set([...mean.keys(), ...p95.keys()])].sort((a, b) => a - b)
  const [first] = heard
  const last = heard.at(-1)
  if (first === undefined || last === undefined) return points
  for (let atMs = first; atMs <= last; atMs += stepMs) {
    points.atMs.push(atMs)
    points.mean.push(mean.get(atMs) ?? null)
    points.p95.push(p95.get(atMs) ?? null)
  }
  return points
}

export interface Band extends Period {
  state: AppState
}

/** The states that filled `period`, oldest first, without holes once the application was known. */
export function bandsOf({ before, transitions }: TransitionAnswer, { fromMs, toMs }: Period): Band[] {
  const bands: Band[] = []
  let state = before
  let sinceMs = fromMs
  for (const transition of transitions) {
    const atMs = Math.min(Math.max(Date.parse(transition.at), fromMs), toMs)
    if (state !== null && atMs > sinceMs) bands.push({ state, fromMs: sinceMs, toMs: atMs })
    state = transition.to
    sinceMs = atMs
  }
  if (state !== null && toMs > sinceMs) bands.push({ state, fromMs: sinceMs, toMs })
  return bands
}

/** State at a moment, or null when not known. */
export function stateAt(bands: readonly Band[], atMs: number): AppState | null {
  return bands.find((band) => band.fromMs <= atMs && atMs < band.toMs)?.state ?? null
}

export interface Summary {
  meanMs: number | null
  worstP95Ms: number | null
  /** Time in each state that occurred, ms. */
  inState: Map<AppState, number>
}

/** `meanMs` is the mean of the buckets, each counted once. */
export function summarise(points: Pick<Points, 'mean' | 'p95'>, bands: readonly Band[]): Summary {
  const heard = points.mean.filter((value) => value !== null)
  const p95 = points.p95.filter((value) => value !== null)
  const inState = new Map<AppState, number>()
  for (const { state, fromMs, toMs } of bands) inState.set(state, (inState.get(state) ?? 0) + toMs - fromMs)
  return {
    meanMs: heard.length === 0 ? null : heard.reduce((sum, value) => sum + value, 0) / heard.length,
    worstP95Ms: p95.length === 0 ? null : Math.max(...p95),
    inState,
  }
}
