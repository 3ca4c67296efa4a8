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
      `INSERT INTO door_${level} VALUES (?, ?, 1) ON CONFLICT (series, time) DO UPDATE SET count = count + 1`,
    )
  }

  add(series: number, event: DoorObservation): void {
    this.upsert.run(series, bucketStart(event.at, this.lengthMs))
  }
}
