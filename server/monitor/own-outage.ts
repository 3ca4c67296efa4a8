/**
 * When could Siaga itself not hear? Judged from two neighbouring journal rows: the server's pulse makes a row each
 * second, so a long stretch without any row, a reboot, a suspend or a step of the wall clock is our own outage.
 */
import type { Gap, Receipt } from './types.ts'

/** Five pulses missed: the moment from which screens call the feed dead too (contract/live.ts, IngestView). */
export const OWN_OUTAGE_MS = 5_000

/** The gap between two neighbouring rows, or undefined when the ingest path was alive throughout. */
export function gapBetween(earlier: Omit<Receipt, 'rowId'>, later: Omit<Receipt, 'rowId'>): Gap | undefined {
  const monoPassedMs = later.monoMs - earlier.monoMs
  const wallPassedMs = later.wallMs - earlier.wallMs
  const silent = monoPassedMs > OWN_OUTAGE_MS
  // CLOCK_MONOTONIC stands still in a suspend, so only the wall clock tells of it; a step looks the same.
  const stepped = Math.abs(wallPassedMs - monoPassedMs) > OWN_OUTAGE_MS
  if (earlier.boot === later.boot && !silent && !stepped) return undefined
  return {
    from: { monoMs: earlier.monoMs, wallMs: Math.min(earlier.wallMs, later.wallMs) },
    to: { monoMs: later.monoMs, wallMs: later.wallMs },
  }
}
