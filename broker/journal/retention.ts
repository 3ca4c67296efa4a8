/**
 * Deletes what need not be kept, in slices small enough not to hold up a commit: raw rows past their retention, and
 * marks (pulses, `alive`) after an hour. Never a row that a consumer has still to read, nor the newest,
 * whose id the next one counts on from.
 */
import type { DatabaseSync } from 'node:sqlite'

export interface PruneLimits {
  /** Rows received before this go; epoch ms. */
  readonly beforeMs: number
  /** Marks received before this go; epoch ms. */
  readonly marksBeforeMs: number
  /** Highest row id that every consumer has read. */
  readonly consumed: number
}

export interface Retention {
  /** One slice; true when there may be more. */
  prune(limits: PruneLimits): boolean
}

/** Ids looked at in one slice: some milliseconds. */
const SLICE_IDS = 5_000

export function createRetention(db: DatabaseSync): Retention {
  const first = db.prepare('SELECT id, received_ms FROM rows ORDER BY id LIMIT 1')
  const at = db.prepare('SELECT received_ms FROM rows WHERE id >= ? ORDER BY id LIMIT 1')
  const deleteOld = db.prepare(
    'DELETE FROM rows WHERE id < ? AND id <= ? AND received_ms < ? AND id < (SELECT MAX(id) FROM rows)',
  )
  const deleteMarks = db.prepare(
    "DELETE FROM rows WHERE id > ? AND id <= ? AND received_ms < ? AND channel IN ('pulse', 'alive') AND id < (SELECT MAX(id) FROM rows)",
  )
  let marksDone = 0

  const pruneOld = ({ beforeMs, consumed }: PruneLimits) => {
    const oldest = first.get()
    if (!oldest || Number(oldest['received_ms']) >= beforeMs) return false
    return Number(deleteOld.run(Number(oldest['id']) + SLICE_IDS, consumed, beforeMs).changes) > 0
  }
  const pruneMarks = ({ marksBeforeMs, consumed }: PruneLimits) => {
    const start = Math.max(marksDone, Number(first.get()?.['id'] ?? 1) - 1)
    const end = Math.min(start + SLICE_IDS, consumed)
    if (end <= start) return false
    deleteMarks.run(start, end, marksBeforeMs)
    const next = at.get(end)?.['received_ms']
    if (next === undefined || Number(next) >= marksBeforeMs) return false
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
