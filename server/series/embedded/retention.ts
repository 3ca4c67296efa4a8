/**
 * Deletes roll-ups past their time in slices: each call looks at one series of one table and takes at most a day of
 * minutes, so an append never waits for it, however long the server was off.
 */
import type { DatabaseSync } from 'node:sqlite'
import { levelMs, type RollupLevel, retentionMs, rollupLevels } from '../level.ts'
import type { Catalogue } from './catalogue.ts'

const SLICE_BUCKETS = 1_440

export class Retention {
  private readonly db: DatabaseSync
  private readonly catalogue: Catalogue
  private turn = 0

  constructor(db: DatabaseSync, catalogue: Catalogue) {
    this.db = db
    this.catalogue = catalogue
  }

  /** One slice; call it once an append, inside its transaction. */
  prune(nowMs: number): void {
    const all = this.catalogue.all()
    const series = all[Math.floor(this.turn / rollupLevels.length) % Math.max(1, all.length)]
    const level = rollupLevels[this.turn % rollupLevels.length]
    this.turn += 1
    if (series && level) this.pruneSlice(`${series.measurement}_${level}`, { series: series.id, level, nowMs })
  }

  private pruneSlice(table: string, { series, level, nowMs }: { series: number; level: RollupLevel; nowMs: number }) {
    const oldest = this.db.prepare(`SELECT min(time) AS time FROM ${table} WHERE series = ?`).get(series)?.['time']
    const before = nowMs - retentionMs[level]
    if (typeof oldest !== 'number' || oldest >= before) return
    const end = Math.min(before, oldest + SLICE_BUCKETS * levelMs[level])
    this.db.prepare(`DELETE FROM ${table} WHERE series = ? AND time < ?`).run(series, end)
  }
}
