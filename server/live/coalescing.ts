/**
 * How long changes are gathered before the next frame: nothing when the feed was idle, 16 ms (one display frame) to
 * 100 ms under load, by what the frame costs: clients × changes. Pure.
 */
const WINDOW_MIN_MS = 16
const WINDOW_MAX_MS = 100
/** Changed applications times clients that one millisecond of gathering pays for. */
const COST_PER_MS = 400

export function coalescingWindowMs(clients: number, changes: number): number {
  return Math.min(WINDOW_MAX_MS, Math.max(WINDOW_MIN_MS, (clients * changes) / COST_PER_MS))
}
