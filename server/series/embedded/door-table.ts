/** One level of door event counts. Doors say a few events a minute, so each is one upsert. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { bucketStart, levelMs, type RollupLevel } from '../level.ts'
import type { DoorObservation } from '../observation.ts'

export class DoorTable {
  private readonly lengthMs: number
  private readonly upsert: StatementSync

  constructor(db: DatabaseSync, level: RollupLevel) {
    this.lengthMs = levelMs[level]
    this.upsert = db.prepare(
      `INSERT INTO door_${level} (time, series, count) VALUES (?, ?, 1) ON CONFLICT (time, series) DO UPDATE SET count = count + 1`,
    )
  }

  add(series: number, event: DoorObservation): void {
    this.upsert.run(bucketStart(event.at, this.lengthMs), series)
  }
}
