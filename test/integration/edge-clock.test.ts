import { expect, it } from 'vitest'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { Doors } from '../../server/live/doors.ts'
import { arrived, door, events, openConnectedDoor } from '../harness/connected-door.ts'

/** What a Raspberry Pi 4 starts with: the time it last knew. */
const LAST_KNOWN_MS = Date.parse('2026-01-05T01:00:00Z')

/** The wall's view of the door after these rows. */
function viewAfter(rows: readonly JournalRow[]) {
  const doors = new Doors()
  doors.setDoors([{ id: door, name: 'Ruang Komando' }])
  for (const row of rows) doors.apply(row)
  return doors.viewOf(door, Date.now())
}

it('says once, when its clock is set, what the true times of this boot are, and the server shows them', async () => {
  const { broker, start } = await openConnectedDoor()
  const bootedAtMs = Date.now() - performance.now()
  const clock = { wallMs: () => LAST_KNOWN_MS, monoMs: () => performance.now() }
  let isSet = false
  const sources = { isSynchronised: () => isSet, hasBatteryClock: false }
  const { lines } = await start({
    clock: { ...clock, wallMs: () => (isSet ? Date.now() : LAST_KNOWN_MS) },
    clockSources: sources,
  })
  await arrived(broker, 'sensor.ready')
  const openedAtMs = Date.now()
  lines.drive('contact', 1)
  await arrived(broker, 'forced')
  const before = viewAfter(broker.rows())
  expect(before?.events.find(({ kind }) => kind === 'forced')).toMatchObject({
    at: new Date(LAST_KNOWN_MS).toISOString(),
    clock: 'unset',
  })

  isSet = true
  const fix = await arrived(broker, 'clock.fix')
  expect(Math.abs(Number(fix['offsetMs']) - bootedAtMs)).toBeLessThan(1_000)
  lines.drive('contact', 0)
  await arrived(broker, 'closed')
  const view = viewAfter(broker.rows())
  const forced = view?.events.find(({ kind }) => kind === 'forced')
  expect(forced).toMatchObject({ clock: 'fixed' })
  expect(Math.abs(Date.parse(forced?.at ?? '') - openedAtMs)).toBeLessThan(5_000)
  expect(view?.events.find(({ kind }) => kind === 'closed')).toMatchObject({ clock: 'synced' })
  // The records themselves are as they were.
  expect(events(broker).find(({ kind }) => kind === 'forced')).toMatchObject({ at: LAST_KNOWN_MS, clock: 'unset' })
  expect(events(broker).filter(({ kind }) => kind === 'clock.fix')).toHaveLength(1)
})
