/** Shapes of the API's answers: documentation in /api/openapi.json, and a check of what leaves. */
import { z } from 'zod'
import { AppState, Cause } from '#contract/states.ts'

const time = z.iso.datetime()

const StatusApp = z.object({
  id: z.string(),
  name: z.string(),
  opd: z.string(),
  region: z.string().nullable(),
  state: AppState,
  since: time,
  cause: Cause,
  message: z.string(),
  lastHeartbeatAt: time.nullable(),
  latencyMs: z.number().nullable(),
  seq: z.int().nullable(),
  at: time.nullable(),
  maintenance: z.object({ until: time, reason: z.string() }).nullable(),
  simulated: z.boolean(),
})

const StatusDoor = z.object({
  id: z.string(),
  name: z.string(),
  online: z.boolean(),
  lock: z.enum(['locked', 'unlocked']),
  contact: z.enum(['closed', 'open']),
  since: time,
  alarms: z.array(z.string()),
  sensor: z.enum(['ready', 'lost']),
  outboxDepth: z.int(),
  clock: z.enum(['synced', 'hold', 'unset']),
  simulated: z.boolean(),
})

const Ingest = z.object({ state: z.enum(['ok', 'late', 'down']), lagMs: z.number() })

export const Status = z.object({
  version: z.int(),
  serverTime: time,
  demo: z.boolean(),
  ingest: Ingest,
  apps: z.array(StatusApp),
  doors: z.array(StatusDoor),
  regions: z.array(z.object({ id: z.string(), name: z.string(), apps: z.int(), abnormal: z.int() })),
  sources: z.object({
    journal: Ingest,
    series: z.object({ store: z.enum(['embedded', 'influx']), influx: z.string() }),
  }),
})

export const SeriesResult = z.object({
  store: z.enum(['embedded', 'influx']),
  level: z.enum(['raw', 'minute', 'hour']),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number()]))),
})

export const TransitionList = z.object({
  /** State at `from`; null when the application was not yet judged, or more changes follow than are answered. */
  before: AppState.nullable(),
  transitions: z.array(
    z.object({
      id: z.int(),
      app: z.string(),
      from: AppState,
      to: AppState,
      cause: Cause,
      at: time,
      declaredAt: time,
      message: z.string(),
    }),
  ),
})

export const Accepted = z.object({ result: z.enum(['recorded', 'duplicate']) })

export const ReadinessResult = z.object({
  ready: z.boolean(),
  checks: z.object({ broker: z.boolean(), ingest: z.boolean(), tail: z.boolean() }),
  ingestLagMs: z.number(),
  tailLagRows: z.int(),
})
