/** Is this server of use right now? Journal writable and tail current (both proven by the pulse), broker connected. Pure. */
import type { IngestView } from '#contract/live.ts'

export interface Readiness {
  readonly ready: boolean
  readonly checks: { readonly broker: boolean; readonly ingest: boolean; readonly tail: boolean }
  readonly ingestLagMs: number
  /** Journal rows not yet judged. */
  readonly tailLagRows: number
}

const TAIL_LAG_ROWS_MAX = 5_000

export function judgeReadiness(connected: boolean, ingest: IngestView, tailLagRows: number): Readiness {
  const checks = { broker: connected, ingest: ingest.state !== 'down', tail: tailLagRows <= TAIL_LAG_ROWS_MAX }
  return { ready: checks.broker && checks.ingest && checks.tail, checks, ingestLagMs: ingest.lagMs, tailLagRows }
}
