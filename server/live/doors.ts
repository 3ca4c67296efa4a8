/** What the wall shows of each door: a fold over the journal's door rows. No person, no score leaves this fold. */

import { decodeRecord, decodeText } from '#contract/codec.ts'
import { type DoorAlarm, DoorState, SILENT_ALARM } from '#contract/door.ts'
import type { DoorView } from '#contract/live.ts'
import type { AgentStatus } from '#contract/record.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import type { ListNumber } from '../access/list-numbers.ts'
import { wibDay } from '../monitor/wib.ts'
import { type DoorHistory, eventViews, forcedViews, newHistory, takeRecord } from './door-history.ts'

interface Door extends DoorHistory {
  name: string
  status: AgentStatus | undefined
  state: DoorState | undefined
  /** Journal time at which lock or contact last changed. */
  sinceMs: number
  /** Start of the WIB day that `enteredToday` counts. */
  dayMs: number
  enteredToday: number
  /** Granted, and not opened yet. */
  granted: boolean
  /** It claims an access list that was never issued. */
  listAhead: boolean
}

export class Doors {
  private readonly doors = new Map<string, Door>()

  /** Brings the set of doors in line with the registry. */
  setDoors(registered: readonly { id: string; name: string }[]): void {
    const wanted = new Map(registered.map(({ id, name }) => [id, name]))
    for (const id of this.doors.keys()) if (!wanted.has(id)) this.doors.delete(id)
    for (const [id, name] of wanted) {
      const known = this.doors.get(id)
      if (known) known.name = name
      else this.doors.set(id, newDoor(name))
    }
  }

  /** Takes a journal row; answers true when a registered door's view may have changed. */
  apply(row: JournalRow): boolean {
    const door = this.doors.get(row.subject)
    if (!door) return false
    switch (row.channel) {
      case 'doorState':
        return takeState(door, row)
      case 'doorStatus':
        return takeStatus(door, row)
      case 'doorEvents':
        return takeEvent(door, row)
      default:
        return false
    }
  }

  ids(): string[] {
    return [...this.doors.keys()]
  }

  /**
   * No will comes of these: the broker started, and who is there says so again, or a door's last token was revoked.
   * @param isLost of all doors that are online by what they said
   * @returns those it changed
   */
  loseConnections(isLost: (id: string) => boolean = () => true): string[] {
    const lost = [...this.doors].filter(([id, { status }]) => status?.online && isLost(id))
    for (const [, door] of lost) if (door.status) door.status = { ...door.status, online: false }
    return lost.map(([id]) => id)
  }

  viewOf(id: string, nowMs: number): DoorView | undefined {
    const door = this.doors.get(id)
    return door && toView(id, door, nowMs)
  }

  /** The access list each door says it has in force. */
  claimedLists(): { door: string; claimed: ListNumber }[] {
    return [...this.doors].flatMap(([door, { state }]) =>
      state ? [{ door, claimed: { series: state.accessSeries, version: state.accessVersion } }] : [],
    )
  }

  /** Whether the alarm `list-ahead` stands. @returns true when that changed */
  setListAhead(id: string, ahead: boolean): boolean {
    const door = this.doors.get(id)
    if (!door || door.listAhead === ahead) return false
    door.listAhead = ahead
    return true
  }

  /** Plain JSON for the server's checkpoint; `restore` takes it back. */
  checkpoint(): unknown {
    return [...this.doors.entries()]
  }

  /** The server's own file: written by `checkpoint` of this version, so its shape is trusted. */
  restore(stored: unknown): void {
    if (!Array.isArray(stored)) return
    // The one of the version before lacks what this one knows more.
    for (const [id, door] of stored as [string, Door][]) {
      const events = door.events.filter(({ atMs }) => atMs !== undefined)
      const state = DoorState.safeParse(door.state).data
      this.doors.set(id, { ...newDoor(door.name), ...door, events, state })
    }
  }
}

function newDoor(name: string): Door {
  return {
    name,
    status: undefined,
    state: undefined,
    sinceMs: 0,
    ...newHistory(),
    dayMs: 0,
    enteredToday: 0,
    granted: false,
    listAhead: false,
  }
}

function takeState(door: Door, row: JournalRow): boolean {
  const decoded = decodeText('doorState', row.payload)
  if (!decoded.ok) return false
  const { lock, contact } = decoded.value
  if (lock !== door.state?.lock || contact !== door.state.contact) door.sinceMs = row.receivedMs
  door.state = decoded.value
  return true
}

/** A will may come after the agent is back: only the newest connection of the same boot may take it offline. */
function takeStatus(door: Door, row: JournalRow): boolean {
  const decoded = decodeText('doorStatus', row.payload)
  if (!decoded.ok) return false
  const next = decoded.value
  const { status } = door
  if (!next.online && status && status.boot === next.boot && status.connection > next.connection) return false
  door.status = next
  return true
}

function takeEvent(door: Door, row: JournalRow): boolean {
  const decoded = decodeRecord(row.payload)
  if (!decoded.ok || decoded.value['alarm'] === SILENT_ALARM) return false
  Object.assign(door, takeRecord(door, { rowId: row.id, fork: row.fork, record: decoded.value }))
  countEntry(door, row, decoded.value.kind)
  return true
}

/** An entry is an opening after a grant: not a forced one, nor one by the exit button. Counted on the day it was received. */
function countEntry(door: Door, row: JournalRow, kind: string): void {
  const today = wibDay(row.receivedMs).fromMs
  if (today !== door.dayMs) {
    door.dayMs = today
    door.enteredToday = 0
  }
  if (kind === 'opened' && door.granted) door.enteredToday += 1
  if (kind === 'granted') door.granted = true
  else if (kind === 'opened' || kind === 'unopened') door.granted = false
}

/** What the door says, but for the silent one, and what the server says of it. */
function alarmsOf({ state, listAhead }: Door): DoorAlarm[] {
  const own = state?.alarms.filter((alarm) => alarm !== SILENT_ALARM && alarm !== 'list-ahead') ?? []
  return listAhead ? [...own, 'list-ahead'] : own
}

function toView(id: string, door: Door, nowMs: number): DoorView {
  const { state } = door
  return {
    id,
    name: door.name,
    online: door.status?.online ?? false,
    lock: state?.lock ?? 'locked',
    contact: state?.contact ?? 'closed',
    since: new Date(door.sinceMs).toISOString(),
    alarms: alarmsOf(door),
    sensor: state?.sensor ?? 'lost',
    outboxDepth: state?.outboxDepth ?? 0,
    clock: state?.clock ?? 'unset',
    accessVersion: state?.accessVersion ?? 0,
    events: eventViews(door),
    forced: forcedViews(door),
    enteredToday: door.dayMs === wibDay(nowMs).fromMs ? door.enteredToday : 0,
    simulated: state?.simulated ?? false,
  }
}
