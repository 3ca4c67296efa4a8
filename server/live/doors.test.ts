import { describe, expect, it } from 'vitest'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { Doors } from './doors.ts'

const NOW_MS = Date.parse('2026-11-24T03:00:00Z')

function row(members: Pick<JournalRow, 'channel' | 'payload'>): JournalRow {
  return {
    ...{ id: 1, subject: 'komando', sender: 'door:komando', boot: 'b', fork: false },
    ...{ receivedMs: NOW_MS, monoMs: 1 },
    ...members,
  }
}

function status(connection: number, online: boolean): JournalRow {
  return row({
    channel: 'doorStatus',
    payload: JSON.stringify({ version: '0.1.0', boot: 'edge-boot', connection, online }),
  })
}

function komando() {
  const doors = new Doors()
  doors.setDoors([{ id: 'komando', name: 'Ruang Komando' }])
  return { doors, isOnline: () => doors.viewOf('komando', NOW_MS)?.online }
}

describe('whether a door is there', () => {
  it('follows its status, and a late will of an earlier connection changes nothing', () => {
    const { doors, isOnline } = komando()
    expect(isOnline()).toBe(false)
    doors.apply(status(2, true))
    expect(isOnline()).toBe(true)
    doors.apply(status(1, false))
    expect(isOnline()).toBe(true)
    doors.apply(status(2, false))
    expect(isOnline()).toBe(false)
  })

  it('is unknown after a start of the broker, which lost every will, until the door says so again', () => {
    const { doors, isOnline } = komando()
    doors.apply(status(2, true))
    expect(doors.loseConnections((id) => id === 'samping')).toEqual([])
    expect(isOnline()).toBe(true)
    expect(doors.loseConnections()).toEqual(['komando'])
    expect(isOnline()).toBe(false)
    expect(doors.loseConnections()).toEqual([])
    doors.apply(status(3, true))
    expect(isOnline()).toBe(true)
  })
})

it('takes up the state of an earlier version with what that did not know', () => {
  const state = {
    ...{ lock: 'locked', contact: 'closed', alarms: [], sensor: 'ready', outboxDepth: 0, clock: 'synced' },
    ...{ accessVersion: 57, pendingDeletions: [], at: 1, simulated: false },
  }
  const before = new Doors()
  before.setDoors([{ id: 'komando', name: 'Pintu' }])
  const [[id, door]] = before.checkpoint() as [[string, object]]
  const after = new Doors()
  after.restore([[id, { ...door, state }]])
  expect(after.claimedLists()).toEqual([{ door: 'komando', claimed: { series: 0, version: 57 } }])
  // One that nobody can read is as if the door had said nothing yet.
  after.restore([[id, { ...door, state: { ...state, accessVersion: 1e300 } }]])
  expect(after.claimedLists()).toEqual([])
})
