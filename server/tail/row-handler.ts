/**
 * What each journal row means to the server, in row order: judgement, doors, trends, series, live feed. A row that
 * cannot be used, or whose handling fails, is counted and passed over; it stays in the journal.
 */

import { decodeText } from '#contract/codec.ts'
import type { Heartbeat } from '#contract/heartbeat.ts'
import type { Log } from '#runtime/log.ts'
import { RefusalTally } from '#runtime/refusal-tally.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import type { DoorCommands } from '../commands/door-commands.ts'
import type { Doors } from '../live/doors.ts'
import type { Feed } from '../live/feed.ts'
import type { Today } from '../live/today.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Trends } from '../monitor/trend.ts'
import type { Receipt, Transition } from '../monitor/types.ts'
import type { PulseTrain } from '../pulse.ts'
import type { Pushes } from '../push/pushes.ts'
import type { App } from '../registry/apps.ts'
import type { Observation } from '../series/observation.ts'
import { doorObservation, heartbeatObservation } from './observations.ts'

interface RowCounts {
  heartbeats: number
  /** Heartbeats of applications that are not registered. */
  strangers: number
  /** Rows that did not decode (written by a newer version, or damaged), and those whose handling failed. */
  unusable: number
}

export interface RowHandlerParts {
  readonly monitor: Monitor
  readonly doors: Doors
  readonly trends: Trends
  readonly today: Today
  readonly feed: Feed
  readonly pulse: PulseTrain
  readonly pushes: Pushes
  /** Takes what doors say to commands. */
  readonly commands: Pick<DoorCommands, 'passed'>
  readonly app: (id: string) => App | undefined
  /** Takes what happened in these rows: transitions to keep, observations to record, in order, with the last row id. */
  readonly keep: (kept: { transitions: Transition[]; observations: Observation[]; cursor: number }) => void
  /** Called before applications are taken for none, since they may have been registered a moment ago. */
  readonly onStranger: () => void
  readonly log: Log
}

export interface RowHandler {
  /** @throws Error of `onStranger`, with nothing handled yet */
  handle(rows: readonly JournalRow[]): void
  readonly counts: Readonly<RowCounts>
  close(): void
}

/** Lines in ten seconds: a bad day of a province; what is more stands in core.db. */
const TRANSITIONS_LOGGED = 50
const SERVER_ROLE = 'server:'

export function createRowHandler(parts: RowHandlerParts): RowHandler {
  const { monitor, doors, trends, today, feed, pulse, pushes, log } = parts
  const counts: RowCounts = { heartbeats: 0, strangers: 0, unusable: 0 }
  const tallies = openTallies(log)
  let observations: Observation[] = []
  let transitions: Transition[] = []

  const declare = (declared: readonly Transition[]) => {
    for (const transition of declared) {
      transitions.push(transition)
      today.take(transition)
      trends.enter(transition.app, transition.to, transition.at)
      feed.touchApp(transition.app)
      feed.touchSummary()
      tallies.transition.note({ ...transition })
    }
  }
  const hear = (row: JournalRow, heartbeat: Heartbeat) => {
    const app = parts.app(row.subject)
    if (!app) {
      counts.strangers += 1
      return
    }
    counts.heartbeats += 1
    const instant = { monoMs: row.monoMs, wallMs: row.receivedMs }
    declare(monitor.heartbeat(row.subject, heartbeat, instant, row.id))
    trends.hear(row.subject, heartbeat.latencyMs, row.receivedMs)
    feed.touchApp(row.subject)
    observations.push(heartbeatObservation(row, heartbeat, app))
  }
  const takeHeartbeat = (row: JournalRow) => {
    const decoded = decodeText('heartbeat', row.payload)
    if (!decoded.ok) return unusable(row, decoded.reason)
    hear(row, decoded.value)
    if (row.sender.startsWith(SERVER_ROLE)) pushes.passed(decoded.value.request)
  }
  const takePulse = (row: JournalRow) => {
    const decoded = decodeText('pulse', row.payload)
    if (!decoded.ok) return unusable(row, decoded.reason)
    pulse.returned(decoded.value)
  }
  const takeDoor = (row: JournalRow) => {
    if (doors.apply(row)) feed.touchDoor(row.subject)
    const observation = row.channel === 'doorEvents' ? doorObservation(row) : undefined
    if (observation) observations.push(observation)
  }
  const dispatch = (row: JournalRow) => {
    declare(monitor.observe(receiptOf(row)))
    if (row.channel === 'heartbeat') takeHeartbeat(row)
    else if (row.channel === 'pulse') takePulse(row)
    else if (row.channel === 'started') for (const door of doors.loseConnections()) feed.touchDoor(door)
    else if (row.channel === 'challenge' || row.channel === 'reply') parts.commands.passed(row)
    else takeDoor(row)
  }
  const unusable = (row: JournalRow, reason: string) => {
    counts.unusable += 1
    tallies.unusable.note({ row: row.id, channel: row.channel, reason })
  }

  const take = passingOver({ counts, failed: tallies.failed }, dispatch)

  return {
    counts,
    handle(rows) {
      // Ahead of them all, and not for one row: what fails here would pass a heartbeat over for good.
      if (rows.some((row) => row.channel === 'heartbeat' && !parts.app(row.subject))) parts.onStranger()
      for (const row of rows) take(row)
      const cursor = rows.at(-1)?.id
      if (cursor === undefined) return
      parts.keep({ transitions, observations, cursor })
      observations = []
      transitions = []
      pulse.proveAt(monitor.nextDeadlineMonoMs())
    },
    close: tallies.close,
  }
}

function openTallies(log: Log) {
  const transition = new RefusalTally(log, 'transition', { linesMax: TRANSITIONS_LOGGED })
  const unusable = new RefusalTally(log, 'journal row not usable', { level: 'warn' })
  const failed = new RefusalTally(log, 'journal row passed over: its handling failed', { level: 'error' })
  const close = () => {
    for (const tally of [transition, unusable, failed]) tally.close()
  }
  return { transition, unusable, failed, close }
}

/** A row comes again at each start: one whose handling throws would stop every other for good. */
function passingOver({ counts, failed }: { counts: RowCounts; failed: RefusalTally }, take: (row: JournalRow) => void) {
  return (row: JournalRow) => {
    try {
      take(row)
    } catch (error) {
      counts.unusable += 1
      const { id, channel, subject } = row
      failed.note({ err: error, row: id, channel, subject })
    }
  }
}

function receiptOf({ id, monoMs, receivedMs, boot, channel }: JournalRow): Receipt {
  return { rowId: id, monoMs, wallMs: receivedMs, boot, begins: channel === 'started' }
}
