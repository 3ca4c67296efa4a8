/**
 * Deletes roll-ups past their time in slices: each call takes an hour of one table's minutes, or three days of its
 * hours, so an append never waits long for it, however long the server was off.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { levelMs, type RollupLevel, retentionMs, rollupLevels } from '../level.ts'

const SLICE_BUCKETS = 60

interface Slice {
  readonly level: RollupLevel
  readonly oldest: StatementSync
  readonly remove: StatementSync
}

export class Retention {
  private readonly slices: readonly Slice[]
  private turn = 0

  constructor(db: DatabaseSync) {
    this.slices = rollupLevels.flatMap((level) =>
      ['heartbeat', 'door'].map((measurement) => ({
        level,
        oldest: db.prepare(`SELECT min(time) AS time FROM ${measurement}_${level}`),
        remove: db.prepare(`DELETE FROM ${measurement}_${level} WHERE time < ?`),
      })),
    )
  }

  /** One slice; call it once an append, inside its transaction. */
  prune(nowMs: number): void {
    const slice = this.slices[this.turn % this.slices.length]
    this.turn += 1
    const oldest = slice?.oldest.get()?.['time']
    if (!slice || typeof oldest !== 'number') return
    const before = nowMs - retentionMs[slice.level]
    if (oldest < before) slice.remove.run(Math.min(before, oldest + SLICE_BUCKETS * levelMs[slice.level]))
  }
}
