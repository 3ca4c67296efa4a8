/** The embedded store: roll-ups in `series.db`, fed by cursor, also when InfluxDB answers the queries (design §7). */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '#runtime/clock.ts'
import { rollupLevels } from '../level.ts'
import type { Observation, ObservationBatch } from '../observation.ts'
import { planSeries } from '../plan.ts'
import type { SeriesQuery } from '../query.ts'
import type { SeriesAnswer } from '../store.ts'
import { Catalogue, countGroups } from './catalogue.ts'
import { type Cursors, cursorsIn } from './cursors.ts'
import { DoorTable } from './door-table.ts'
import { HeartbeatTable } from './heartbeat-table.ts'
import { Retention } from './retention.ts'
import { RollupReader } from './rollup-reader.ts'
import { inTransaction, openSeriesDb } from './series-db.ts'

const CONSUMER = 'rollups'

export class EmbeddedStore {
  readonly cursors: Cursors
  private readonly db: DatabaseSync
  private readonly clock: Clock
  private readonly catalogue: Catalogue
  private readonly heartbeats: readonly HeartbeatTable[]
  private readonly doors: readonly DoorTable[]
  private readonly retention: Retention
  private readonly reader: RollupReader
  private taken: number

  /** @param path of `series.db`; made when absent */
  constructor(path: string, clock: Clock) {
    this.db = openSeriesDb(path)
    this.clock = clock
    this.cursors = cursorsIn(this.db)
    this.catalogue = new Catalogue(this.db)
    this.heartbeats = rollupLevels.map((level) => new HeartbeatTable(this.db, level))
    this.doors = rollupLevels.map((level) => new DoorTable(this.db, level))
    this.retention = new Retention(this.db)
    this.reader = new RollupReader(this.db, this.catalogue)
    this.taken = this.cursors.read(CONSUMER)
  }

  /** Last journal row in the roll-ups. */
  cursor(): number {
    return this.taken
  }

  /** See `SeriesStore.append`. */
  append({ observations, cursor }: ObservationBatch): void {
    if (cursor <= this.taken) return
    try {
      inTransaction(this.db, () => {
        for (const observation of observations) if (observation.rowId > this.taken) this.add(observation)
        for (const table of this.heartbeats) table.flush()
        this.retention.prune(this.clock.wallMs())
        this.cursors.write(CONSUMER, cursor)
      })
    } catch (error) {
      for (const table of this.heartbeats) table.forget()
      this.catalogue.reload()
      throw error
    }
    this.taken = cursor
  }

  /** Number of rows a bucket of the answer can have. */
  groups(query: SeriesQuery): number {
    return countGroups(this.catalogue.matching(query), query.by)
  }

  /** @throws SeriesQueryError when the question does not fit the roll-ups */
  async query(query: SeriesQuery): Promise<SeriesAnswer> {
    const plan = planSeries(query, { raw: false, groups: this.groups(query), nowMs: this.clock.wallMs() })
    return await this.reader.answer(query, plan)
  }

  /** Closing twice is closing. */
  close(): void {
    if (this.db.isOpen) this.db.close()
  }

  private add(observation: Observation): void {
    if (observation.kind === 'door') {
      const series = this.catalogue.idOf('door', { door: observation.door, kind: observation.event })
      for (const table of this.doors) table.add(series, observation, this.clock.wallMs())
      return
    }
    const { app, opd, region } = observation
    const series = this.catalogue.idOf('heartbeat', { app, opd, region: region ?? '' })
    for (const table of this.heartbeats) table.add(series, observation)
  }
}
