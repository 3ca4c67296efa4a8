import { describe, expect, test } from 'vitest'
import type { DoorEventView, DoorView } from '../../broker/contract/live.ts'
import { doorEventText, doorWord, isNotable } from './door-wording.ts'
import { indonesian as t } from './texts-id.ts'

describe('doors', () => {
  const door: Pick<DoorView, 'online' | 'lock' | 'contact' | 'alarms'> = {
    online: true,
    lock: 'locked',
    contact: 'closed',
    alarms: [],
  }
  test.each<[Partial<DoorView>, string]>([
    [{}, 'Terkunci'],
    [{ lock: 'unlocked' }, 'Tidak terkunci'],
    [{ contact: 'open' }, 'Terbuka'],
    [{ alarms: ['forced'], contact: 'open' }, 'Dibuka paksa'],
    [{ online: false, alarms: ['held'] }, 'Luring'],
  ])('%j is %s', (change, word) => expect(doorWord({ ...door, ...change }, t)).toBe(word))

  const event: DoorEventView = {
    id: 1,
    at: '',
    kind: 'denied',
    reason: 'not-found',
    alarm: null,
    clock: 'synced',
    classifiedAs: null,
  }
  test('a denial names its reason', () => expect(doorEventText(event, t)).toBe('Sidik jari tidak dikenal'))
  test('an alarm is called by its name, raised and cleared', () => {
    expect(doorEventText({ ...event, kind: 'alarm.raised', alarm: 'tamper' }, t)).toBe('Kotak alat dibuka')
    expect(doorEventText({ ...event, kind: 'alarm.cleared', alarm: 'tamper' }, t)).toBe(
      'Alarm selesai: Kotak alat dibuka',
    )
  })
  test('an event of a newer door is shown by its code', () => {
    expect(doorEventText({ ...event, kind: 'future' }, t)).toBe('future')
  })
  test('a forced opening is called what it turned out to be', () => {
    const forced = { ...event, kind: 'forced', reason: null }
    expect([doorEventText(forced, t), isNotable(forced)]).toEqual(['Dibuka paksa', true])
    const withKey = { ...forced, classifiedAs: 'mechanical-key' } as const
    expect([doorEventText(withKey, t), isNotable(withKey)]).toEqual(['Dibuka dengan kunci', false])
    expect(isNotable({ ...forced, classifiedAs: 'break-in' })).toBe(true)
  })
  test('a denial is worth a look, an entry is not', () => {
    expect(isNotable(event)).toBe(true)
    expect(isNotable({ kind: 'granted', classifiedAs: null })).toBe(false)
  })
})
