/**
 * Deletes what need not be kept, in slices small enough not to hold up a commit: raw rows past their retention, and
 * marks (pulses, `alive`) after an hour. Never a row that a consumer has still to read, nor the newest,
 * whose id the next one counts on from. Rows from the future, received while the clock was ahead, are as old as the first
 * behind them that is none.
 */
import type { DatabaseSync } from 'node:sqlite'

export interface PruneLimits {
  /** Rows received before this go; epoch ms. */
  readonly beforeMs: number
  /** Marks received before this go; epoch ms. */
  readonly marksBeforeMs: number
  /** Highest row id that every consumer has read. */
  readonly consumed: number
  /** Rows received after this are from the future; epoch ms. */
  readonly nowMs: number
}

export interface Retention {
  /** One slice; true when there may be more. */
  prune(limits: PruneLimits): boolean
}

/** Ids looked at in one slice: some milliseconds. */
const SLICE_IDS = 5_000

export function createRetention(db: DatabaseSync): Retention {
  const first = db.prepare('SELECT MIN(id) AS id FROM rows')
  const newest = db.prepare('SELECT MAX(id) AS id FROM rows')
  const dated = db.prepare(
    'SELECT id, received_ms FROM rows WHERE id >= ? AND id < ? AND received_ms <= ? ORDER BY id LIMIT 1',
  )
  const deleteOld = db.prepare(
    'DELETE FROM rows WHERE id < ? AND id <= ? AND (id < ? OR received_ms < ?) AND id < (SELECT MAX(id) FROM rows)',
  )
  const deleteMarks = db.prepare(
    "DELETE FROM rows WHERE id > ? AND id <= ? AND received_ms < ? AND channel IN ('pulse', 'alive') AND id < (SELECT MAX(id) FROM rows)",
  )
  const firstId = () => Number(first.get()?.['id'] ?? 0)
  const isBehind = (id: number) => Number(newest.get()?.['id'] ?? 0) >= id
  /** The first row that is not from the future, in the slice that begins with `fromId`. */
  const datedIn = (fromId: number, nowMs: number) => {
    const row = dated.get(fromId, fromId + SLICE_IDS, nowMs)
    return row && { id: Number(row['id']), receivedMs: Number(row['received_ms']) }
  }
  /** What lies before is from the future. */
  let datedFrom = 0
  let marksDone = 0

  const pruneOld = ({ beforeMs, consumed, nowMs }: PruneLimits) => {
    const oldest = firstId()
    const from = Math.max(oldest, datedFrom)
    const row = datedIn(from, nowMs)
    if (!row) {
      const more = isBehind(from + SLICE_IDS)
      if (more) datedFrom = from + SLICE_IDS
      return more
    }
    datedFrom = row.id
    if (row.receivedMs >= beforeMs) return false
    return Number(deleteOld.run(oldest + SLICE_IDS, consumed, row.id, beforeMs).changes) > 0
  }
  const pruneMarks = ({ marksBeforeMs, consumed, nowMs }: PruneLimits) => {
    const start = Math.max(marksDone, firstId() - 1)
    const end = Math.min(start + SLICE_IDS, consumed)
    if (end <= start) return false
    deleteMarks.run(start, end, marksBeforeMs)
    const next = datedIn(end, nowMs)
    // Nothing in a whole slice but gaps and the future: its age is behind it.
    if (next ? next.receivedMs >= marksBeforeMs : !isBehind(end + SLICE_IDS)) return false
    marksDone = end
    return true
  }
  return {
    prune(limits) {
      const more = pruneOld(limits)
      return pruneMarks(limits) || more
    },
  }
}
