/**
 * What runs beside an OPD application: it asks the application as a user would, measures, and reports by heartbeat.
 * `beatOf` is the judgement, the rest is the clock.
 */
import { randomUUID } from 'node:crypto'
import type { HeartbeatInput } from '#contract/heartbeat.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { type OpdApplication, SLOW_LIMIT_MS } from './opd-application.ts'
import { seconds } from './wording.ts'

export const INTERVAL_S = 10
export const GRACE_S = 5
const ASK_TIMEOUT_MS = 8_000
const LATENCY_DECIMALS = 10

/** Delivers one heartbeat; rejects when it did not arrive. */
export type Deliver = (app: string, heartbeat: HeartbeatInput) => Promise<void>

export interface Answer {
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined
  readonly latencyMs: number
}

/** What an answer means: a server error is down, a late one is degraded. */
export function beatOf({ status, latencyMs }: Answer): Pick<HeartbeatInput, 'status' | 'latencyMs' | 'message'> {
  const measured = { latencyMs: Math.round(latencyMs * LATENCY_DECIMALS) / LATENCY_DECIMALS }
  if (status === undefined) return { status: 'down', message: 'Aplikasi tidak menjawab' }
  if (status >= 500) return { status: 'down', message: `Aplikasi menjawab HTTP ${status}`, ...measured }
  if (latencyMs > SLOW_LIMIT_MS) {
    return {
      status: 'degraded',
      message: `Jawaban ${seconds(latencyMs)} dtk, batas ${seconds(SLOW_LIMIT_MS)} dtk`,
      ...measured,
    }
  }
  return { status: 'up', ...measured }
}

export interface Sidecar {
  close(): void
}

export interface SidecarOptions {
  readonly application: OpdApplication
  readonly deliver: Deliver
  /** When in the interval it beats, 0 to 1: spread, so that not all beat at once. The first beat comes at once. */
  readonly phase: number
  readonly clock: Clock
  readonly log: Log
}

export function startSidecar({ application, deliver, phase, clock, log }: SidecarOptions): Sidecar {
  const { app } = application
  const intervalMs = INTERVAL_S * 1_000
  const aborted = new AbortController()
  let boot: string = randomUUID()
  let seq = 0
  let timer: NodeJS.Timeout | undefined
  let dueMs = clock.monoMs() + (phase - 1) * intervalMs

  const beat = async () => {
    if (application.mode === 'stopped') {
      // The machine is off, its sender too; what starts later is another boot and counts from 0.
      boot = randomUUID()
      seq = 0
      return
    }
    const answered = await ask(application.address, clock, aborted.signal)
    if (aborted.signal.aborted) return
    const heartbeat = { ...beatOf(answered), boot, seq, at: clock.wallMs() }
    seq += 1
    try {
      await deliver(app.id, heartbeat)
    } catch (error) {
      // Not sent again: the next one says more, and the hole in `seq` names what is missing.
      log.debug({ app: app.id, err: error }, 'heartbeat not delivered')
    }
  }
  const schedule = () => {
    const nowMs = clock.monoMs()
    // From the last due time, since a timer may fire a little early; missed beats (a suspend) are skipped.
    do dueMs += intervalMs
    while (dueMs <= nowMs)
    timer = setTimeout(() => {
      schedule()
      void beat()
    }, dueMs - nowMs)
  }
  void beat()
  schedule()

  return {
    close: () => {
      clearTimeout(timer)
      aborted.abort()
    },
  }
}

async function ask(address: string, clock: Clock, closing: AbortSignal): Promise<Answer> {
  const startedMs = clock.monoMs()
  const signal = AbortSignal.any([closing, AbortSignal.timeout(ASK_TIMEOUT_MS)])
  try {
    const response = await fetch(address, { signal })
    await response.arrayBuffer()
    return { status: response.status, latencyMs: clock.monoMs() - startedMs }
  } catch {
    return { status: undefined, latencyMs: clock.monoMs() - startedMs } // refused, cut off or too late: no answer
  }
}
