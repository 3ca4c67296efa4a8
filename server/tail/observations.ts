/** What of a journal row goes into the time series. Pure; used while tailing and when a store catches up from the journal. */

import { decodeRecord, decodeText } from '#contract/codec.ts'
import { doorEventKinds, SILENT_ALARM } from '#contract/door.ts'
import type { Heartbeat } from '#contract/heartbeat.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import type { App } from '../registry/apps.ts'
import type { Observation } from '../series/observation.ts'

/** A door's clock that is synchronised is right to the second; this leaves room for ours. */
const AHEAD_MAX_MS = 5 * 60_000
/** What a door may tell late: its ring holds more than a year of a room that is little used. */
const BEHIND_MAX_MS = 400 * 86_400_000

export function observationOf(row: JournalRow, app: (id: string) => App | undefined): Observation | undefined {
  if (row.channel === 'doorEvents') return doorObservation(row)
  if (row.channel !== 'heartbeat') return undefined
  const registered = app(row.subject)
  if (!registered) return undefined
  const decoded = decodeText('heartbeat', row.payload)
  return decoded.ok ? heartbeatObservation(row, decoded.value, registered) : undefined
}

export function heartbeatObservation(row: JournalRow, heartbeat: Heartbeat, app: App): Observation {
  return {
    kind: 'heartbeat',
    rowId: row.id,
    app: row.subject,
    opd: app.opd,
    region: app.region,
    receivedMs: row.receivedMs,
    latencyMs: heartbeat.latencyMs ?? null,
    status: heartbeat.status,
  }
}

/**
 * Of a door only that something happened, and when: no person reaches the series. Points are never moved, so the time of
 * one whose clock was not set is its receipt (ADR 18), and so is one that no clock that was set can have told.
 */
export function doorObservation(row: JournalRow): Observation | undefined {
  if (row.fork) return undefined
  const decoded = decodeRecord(row.payload)
  if (!decoded.ok || decoded.value['alarm'] === SILENT_ALARM) return undefined
  const { kind, seq, clock, at: toldMs } = decoded.value
  const { receivedMs } = row
  const isTime = clock !== 'unset' && toldMs <= receivedMs + AHEAD_MAX_MS && toldMs >= receivedMs - BEHIND_MAX_MS
  const at = isTime ? toldMs : receivedMs
  const event = doorEventKinds.find((known) => known === kind)
  return event && { kind: 'door', rowId: row.id, door: row.subject, event, seq, at }
}
