/** The roll-up of heartbeats in one bucket of time: what is added, how two become one, what is answered from it. */
import { LatencyHistogram } from './histogram.ts'
import type { HeartbeatObservation } from './observation.ts'

export interface HeartbeatRollup {
  count: number
  up: number
  degraded: number
  down: number
  /** Of the heartbeats that carried a latency. Minimum and maximum are null when none did. */
  latencyCount: number
  latencySumMs: number
  latencyMinMs: number | null
  latencyMaxMs: number | null
  readonly histogram: LatencyHistogram
}

export function emptyRollup(): HeartbeatRollup {
  return {
    count: 0,
    up: 0,
    degraded: 0,
    down: 0,
    latencyCount: 0,
    latencySumMs: 0,
    latencyMinMs: null,
    latencyMaxMs: null,
    histogram: new LatencyHistogram(),
  }
}

export function addHeartbeat(rollup: HeartbeatRollup, { status, latencyMs }: HeartbeatObservation): void {
  rollup.count += 1
  rollup[status] += 1
  if (latencyMs === null) return
  rollup.latencyCount += 1
  rollup.latencySumMs += latencyMs
  rollup.latencyMinMs = lower(rollup.latencyMinMs, latencyMs)
  rollup.latencyMaxMs = higher(rollup.latencyMaxMs, latencyMs)
  rollup.histogram.add(latencyMs)
}

export function lower(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

export function higher(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b)
}
