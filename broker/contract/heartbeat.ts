/** The heartbeat of an application: every field optional, an empty payload means "up" (design §3.3). */
import { z } from 'zod'
import { BootId, Id, SenderTime, Sequence } from './identifiers.ts'

const METRICS_MAX = 16

const Run = z.object({
  id: z.string().min(1).max(64),
  state: z.enum(['start', 'success', 'fail']),
  exitCode: z.int().min(0).max(255).optional(),
})

/** Counted before any is looked at: a payload has room for a thousand that are wrong, each with its own words. */
const Metrics = z
  .custom<Record<string, number>>((metrics) => countOf(metrics) <= METRICS_MAX, `at most ${METRICS_MAX} metrics`)
  .pipe(z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/), z.number()))

function countOf(metrics: unknown): number {
  return typeof metrics === 'object' && metrics !== null ? Object.keys(metrics).length : 0
}

export const Heartbeat = z.object({
  status: z.enum(['up', 'degraded', 'down']).default('up'),
  /** Milliseconds the application needed for its own check. */
  latencyMs: z.number().min(0).max(86_400_000).optional(),
  message: z.string().max(500).optional(),
  /** With `seq`: a sender that counts gets gaps named and duplicates dropped. */
  boot: BootId.optional(),
  seq: Sequence.optional(),
  /** Sender's clock, for order and skew only; never for liveness. */
  at: SenderTime.optional(),
  run: Run.optional(),
  metrics: Metrics.optional(),
  /** Identity that pushed over HTTP; accepted from the server alone. */
  via: z.string().max(80).optional(),
  /** Correlates an HTTP push with its journal row; accepted from the server alone. */
  request: Id.optional(),
})
export type Heartbeat = z.infer<typeof Heartbeat>
/** What a sender writes: defaults may be left out, `at` may be ISO 8601. */
export type HeartbeatInput = z.input<typeof Heartbeat>
