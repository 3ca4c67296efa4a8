/** One level of door event counts. Doors say a few events a minute, so each is one upsert. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { bucketStart, levelMs, type RollupLevel, retentionMs } from '../level.ts'
import type { DoorObservation } from '../observation.ts'

export class DoorTable {
  private readonly lengthMs: number
  private readonly keptMs: number
  private readonly upsert: StatementSync

  constructor(db: DatabaseSync, level: RollupLevel) {
    this.lengthMs = levelMs[level]
    this.keptMs = retentionMs[level]
    this.upsert = db.prepare(
      `INSERT INTO door_${level} (time, series, count) VALUES (?, ?, 1) ON CONFLICT (time, series) DO UPDATE SET count = count + 1`,
    )
  }

  /** What is past its time already is not stored: a door that tells ever older events would hold up the deletion of all. */
  add(series: number, event: DoorObservation, nowMs: number): void {
    if (event.at < nowMs - this.keptMs) return
    this.upsert.run(bucketStart(event.at, this.lengthMs), series)
  }
}
