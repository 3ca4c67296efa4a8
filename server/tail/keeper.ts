/**
 * Keeps what the tail found: observations into the series, transitions and checkpoint into core.db. Both follow from
 * the journal, so nothing here delays a screen, and after a crash the rows behind the cursors are read again.
 */

import type { Log } from '#runtime/log.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import type { Transition } from '../monitor/types.ts'
import type { App } from '../registry/apps.ts'
import type { Registry } from '../registry/registry.ts'
import type { Observation } from '../series/observation.ts'
import type { SeriesStore } from '../series/store.ts'
import { observationOf } from './observations.ts'

const FLUSH_EVERY_MS = 1_000
/** What is read again after a crash, at most. */
const CHECKPOINT_EVERY_MS = 30_000
/** A larger append would hold the event loop for more than 10 ms. */
const APPEND_ROWS_MAX = 1_000
/** Of what was missed, in one second: 100 ms, so that pulses and screens go on meanwhile. */
const CATCH_UP_APPENDS = 10

export interface Keeper {
  keep(found: { transitions: readonly Transition[]; observations: readonly Observation[]; cursor: number }): void
  /** Journal row behind which nothing is needed any more: by the judgement, the roll-ups, and InfluxDB. */
  consumed(): number
  close(): void
}

export interface KeeperOptions {
  readonly registry: Registry
  readonly series: SeriesStore
  readonly readAfter: (cursor: number, limit: number) => readonly JournalRow[]
  readonly app: (id: string) => App | undefined
  readonly checkpoint: () => unknown
  readonly log: Log
}

export function createKeeper({ registry, series, readAfter, app, checkpoint, log }: KeeperOptions): Keeper {
  let transitions: Transition[] = []
  let observations: Observation[] = []
  let cursor = 0
  let savedCursor = 0
  let checkpointDueMs = performance.now() + CHECKPOINT_EVERY_MS

  /** After a failed write the batch is gone from memory, and its rows must come from the journal before any later ones. */
  let missed = false

  const flushSeries = () => {
    const batch = { observations, cursor }
    observations = []
    if (cursor <= series.cursor()) return
    try {
      if (missed) missed = !catchUpSeries({ series, readAfter, app, until: cursor, appendsMax: CATCH_UP_APPENDS })
      else series.append(batch)
    } catch (error) {
      missed = true
      log.error({ err: error, cursor }, 'series not written; its rows will be read from the journal again')
    }
  }
  const save = () => {
    registry.monitor.save({ cursor, checkpoint: checkpoint(), transitions })
    transitions = []
    savedCursor = cursor
    checkpointDueMs = performance.now() + CHECKPOINT_EVERY_MS
  }
  const flush = () => {
    if (cursor === 0) return
    flushSeries()
    if (transitions.length > 0 || performance.now() >= checkpointDueMs) save()
  }
  const timer = setInterval(() => {
    try {
      flush()
    } catch (error) {
      log.error({ err: error }, 'what the tail found could not be kept; trying again')
    }
  }, FLUSH_EVERY_MS)

  return {
    keep(found) {
      cursor = found.cursor
      observations.push(...found.observations)
      transitions.push(...found.transitions)
      if (observations.length >= APPEND_ROWS_MAX) flushSeries()
    },
    consumed() {
      const { cursor: seriesCursor, influxCursor } = series.status()
      return Math.min(savedCursor, seriesCursor, influxCursor ?? seriesCursor)
    },
    close() {
      clearInterval(timer)
      if (cursor === 0) return
      flushSeries()
      save()
    },
  }
}

/**
 * Feeds the series from the journal up to `until`: after a crash, for a new `series.db`, or after a failed write.
 * @returns whether it got there
 */
export function catchUpSeries(options: {
  readonly series: SeriesStore
  readonly readAfter: (cursor: number, limit: number) => readonly JournalRow[]
  readonly app: (id: string) => App | undefined
  readonly until: number
  readonly appendsMax?: number
}): boolean {
  const { series, readAfter, app, until, appendsMax = Number.POSITIVE_INFINITY } = options
  for (let appends = 0; appends < appendsMax && series.cursor() < until; appends++) {
    const rows = readAfter(series.cursor(), APPEND_ROWS_MAX).filter((row) => row.id <= until)
    const observations = rows.flatMap((row) => observationOf(row, app) ?? [])
    series.append({ observations, cursor: rows.at(-1)?.id ?? until })
  }
  return series.cursor() >= until
}
