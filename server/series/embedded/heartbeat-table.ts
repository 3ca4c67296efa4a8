/** One level of heartbeat roll-ups: open buckets in memory, written through at each append. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { decodeHistogram } from '../histogram.ts'
import { bucketStart, levelMs, type RollupLevel } from '../level.ts'
import type { HeartbeatObservation } from '../observation.ts'
import { addHeartbeat, emptyRollup, type HeartbeatRollup } from '../rollup.ts'

/** Two buckets each of 2,000 applications; what falls out is read again from the file when a late row comes. */
const OPEN_BUCKETS_MAX = 4_000

const StoredRollup = z
  .object({
    count: z.number(),
    up: z.number(),
    degraded: z.number(),
    down: z.number(),
    latencyCount: z.number(),
    latencySum: z.number(),
    latencyMin: z.number().nullable(),
    latencyMax: z.number().nullable(),
    histogram: z.instanceof(Uint8Array),
  })
  .transform(
    ({ latencySum, latencyMin, latencyMax, histogram, ...counts }): HeartbeatRollup => ({
      ...counts,
      latencySumMs: latencySum,
      latencyMinMs: latencyMin,
      latencyMaxMs: latencyMax,
      histogram: decodeHistogram(histogram),
    }),
  )

interface OpenBucket {
  readonly series: number
  readonly time: number
  readonly rollup: HeartbeatRollup
}

export class HeartbeatTable {
  private readonly lengthMs: number
  private readonly select: StatementSync
  private readonly upsert: StatementSync
  /** Oldest first. All of them are also in the file, but for those in `changed`. */
  private readonly open = new Map<string, OpenBucket>()
  private readonly changed = new Set<OpenBucket>()
  private readonly newest: StatementSync
  /** Every bucket from this time on is in `open` or does not exist: no need to look in the file. */
  private wholeFrom: number

  constructor(db: DatabaseSync, level: RollupLevel) {
    this.lengthMs = levelMs[level]
    this.select = db.prepare(`SELECT * FROM heartbeat_${level} WHERE time = ? AND series = ?`)
    this.upsert = db.prepare(`INSERT OR REPLACE INTO heartbeat_${level} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.newest = db.prepare(`SELECT max(time) AS time FROM heartbeat_${level}`)
    this.wholeFrom = this.afterNewest()
  }

  /** Counts it in memory; `flush` must follow in the same transaction. */
  add(series: number, heartbeat: HeartbeatObservation): void {
    const bucket = this.bucket(series, bucketStart(heartbeat.receivedMs, this.lengthMs))
    addHeartbeat(bucket.rollup, heartbeat)
    this.changed.add(bucket)
  }

  /** Writes what changed. */
  flush(): void {
    for (const { series, time, rollup } of this.changed) {
      this.upsert.run(
        series,
        time,
        rollup.count,
        rollup.up,
        rollup.degraded,
        rollup.down,
        rollup.latencyCount,
        rollup.latencySumMs,
        rollup.latencyMinMs,
        rollup.latencyMaxMs,
        rollup.histogram.encode(),
      )
    }
    this.changed.clear()
    this.evict()
  }

  /** After an undone transaction memory is ahead of the file: begin again from the file. */
  forget(): void {
    this.changed.clear()
    this.open.clear()
    this.wholeFrom = this.afterNewest()
  }

  private afterNewest(): number {
    return Number(this.newest.get()?.['time'] ?? -1) + 1
  }

  private bucket(series: number, time: number): OpenBucket {
    const key = `${series}@${time}`
    const known = this.open.get(key)
    if (known) return known
    const row = time >= this.wholeFrom ? undefined : this.select.get(time, series)
    const bucket = { series, time, rollup: row ? StoredRollup.parse(row) : emptyRollup() }
    this.open.set(key, bucket)
    return bucket
  }

  private evict(): void {
    for (const [key, { time }] of this.open) {
      if (this.open.size <= OPEN_BUCKETS_MAX) return
      this.open.delete(key)
      this.wholeFrom = Math.max(this.wholeFrom, time + 1)
    }
  }
}
