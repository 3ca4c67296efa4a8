/**
 * Feeds InfluxDB from the journal by its own cursor: reads, writes, and moves the cursor after the 204. Nothing is
 * queued in memory but the batch under way; the journal is the spool, so an outage of hours costs nothing.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Observation, ObservationBatch } from '../observation.ts'
import type { InfluxState } from '../store.ts'
import type { InfluxWriter } from './influx-writer.ts'
import { toLine } from './line-protocol.ts'

/** Reads the journal: the observations of at most `limit` rows after `rowId`, and the last row read (or `rowId`). */
export type Backlog = (rowId: number, limit: number) => ObservationBatch | Promise<ObservationBatch>

export interface InfluxFeedParts {
  readonly writer: InfluxWriter
  readonly backlog: Backlog
  readonly cursor: { read(): number; write(rowId: number): void }
  /** Last row the roll-ups have: what InfluxDB is compared with. */
  readonly head: () => number
  readonly log: Log
  readonly clock: Clock
}

/** Journal rows decoded at a time: some 5 ms before sockets get their turn. */
const ROWS_MAX = 500
/** Measured: a line in a request of 1,000 costs a twentieth of one sent alone, and larger requests gain nothing. */
const LINES_MAX = 1_000
/** How long rows are gathered when few come. */
const GATHER_MS = 250
const RETRY_FIRST_MS = 250
const RETRY_MAX_MS = 30_000
/** Gathering and one slow write; behind for longer means that answers would be incomplete. */
const CURRENT_WITHIN_MS = 2_000

export class InfluxFeed {
  private readonly parts: InfluxFeedParts
  private readonly closing = new AbortController()
  private readonly ended: Promise<void>
  private bell = Promise.withResolvers<void>()
  private reached: number
  private caughtUpAtMs = Number.NEGATIVE_INFINITY
  private failing = false
  private refusedPoints = 0

  constructor(parts: InfluxFeedParts) {
    this.parts = parts
    this.reached = parts.cursor.read()
    this.ended = this.run()
  }

  /** There are new rows. */
  wake(): void {
    this.bell.resolve()
  }

  /** Last journal row that InfluxDB has. */
  cursor(): number {
    return this.reached
  }

  /** Points refused for good. */
  refused(): number {
    return this.refusedPoints
  }

  state(): InfluxState {
    if (this.failing) return 'down'
    const { clock, head } = this.parts
    // The first contact proves that it is there, however little is to be sent.
    if (this.caughtUpAtMs === Number.NEGATIVE_INFINITY) return 'behind'
    const current = this.reached >= head() || clock.monoMs() - this.caughtUpAtMs <= CURRENT_WITHIN_MS
    return current ? 'current' : 'behind'
  }

  async close(): Promise<void> {
    this.closing.abort()
    this.bell.resolve()
    await this.ended
    await this.parts.writer.close()
  }

  private get open(): boolean {
    return !this.closing.signal.aborted
  }

  private async run(): Promise<void> {
    await this.retrying(async () => await this.createDatabase())
    while (this.open) {
      this.bell = Promise.withResolvers<void>()
      const moved = await this.retrying(async () => await this.step())
      if (this.reached >= this.parts.head()) this.caughtUpAtMs = this.parts.clock.monoMs()
      if (moved) continue
      await this.bell.promise
      await this.pause(GATHER_MS)
    }
  }

  /** One batch. True when there may be more. @throws Error to be called again */
  private async step(): Promise<boolean> {
    const { backlog, cursor } = this.parts
    const batch = await backlog(this.reached, ROWS_MAX)
    if (batch.cursor <= this.reached) return false
    for (let from = 0; from < batch.observations.length; from += LINES_MAX) {
      const stored = await this.store(batch.observations.slice(from, from + LINES_MAX))
      if (!stored) return true
    }
    cursor.write(batch.cursor)
    this.reached = batch.cursor
    return batch.cursor < this.parts.head()
  }

  /** False when the database was gone: all is sent anew. */
  private async store(observations: readonly Observation[]): Promise<boolean> {
    const lines = this.linesOf(observations)
    if (lines.length === 0) return true
    const outcome = await this.parts.writer.write(lines.join('\n'), this.closing.signal)
    if (outcome.kind === 'unavailable') throw new Error(outcome.message)
    if (outcome.kind === 'refused') this.countRefused(outcome.message, lines.length)
    if (outcome.kind !== 'no-database') return true
    await this.createDatabase()
    this.parts.log.warn({ from: this.reached }, 'InfluxDB had no such database: made it and sending the whole journal')
    this.parts.cursor.write(0)
    this.reached = 0
    return false
  }

  private async createDatabase(): Promise<void> {
    const outcome = await this.parts.writer.createDatabase(this.closing.signal)
    // A user without that right may still write; a database that is missing then shows as 404.
    if (outcome.kind === 'unavailable' && !/^40[13] /.test(outcome.message)) throw new Error(outcome.message)
    if (outcome.kind !== 'stored') this.parts.log.warn({ outcome }, 'InfluxDB did not let us create the database')
  }

  private linesOf(observations: readonly Observation[]): string[] {
    return observations.flatMap((observation) => {
      try {
        return [toLine(observation)]
      } catch (error) {
        this.countRefused(error instanceof Error ? error.message : String(error), 1)
        return []
      }
    })
  }

  /** InfluxDB stores the good lines of a refused body and says how many it dropped, but not when it cannot parse. */
  private countRefused(message: string, lines: number): void {
    const dropped = Number(/dropped=(\d+)/.exec(message)?.[1] ?? 0) || lines
    this.refusedPoints += dropped
    this.parts.log.error({ message, dropped }, 'points refused for good; they stay in the journal and the roll-ups')
  }

  /** Until `work` succeeds or the feed closes; the pause doubles up to 30 s. */
  private async retrying<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = RETRY_FIRST_MS; this.open; pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS)) {
      try {
        const result = await work()
        if (this.failing) this.parts.log.info({ cursor: this.reached }, 'InfluxDB takes points again')
        this.failing = false
        return result
      } catch (error) {
        if (!this.open) return undefined
        const message = error instanceof Error ? error.message : String(error)
        if (!this.failing) this.parts.log.warn({ message, cursor: this.reached }, 'InfluxDB cannot be fed; will retry')
        this.failing = true
        await this.pause(pauseMs)
      }
    }
    return undefined
  }

  private async pause(ms: number): Promise<void> {
    // Rejects only when the feed closes, and every loop looks at that next.
    await delay(ms, undefined, { signal: this.closing.signal }).catch(() => undefined)
  }
}
