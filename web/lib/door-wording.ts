/** Words for a door and its events, in the language of the catalogue. */
import type { DoorEventView, DoorView } from '../../broker/contract/live.ts'
import type { Texts } from './texts-id.ts'

/** The door in one word: what it is now, the worst first. */
export function doorWord(door: Pick<DoorView, 'online' | 'lock' | 'contact' | 'alarms'>, t: Texts): string {
  const [alarm] = door.alarms
  if (!door.online) return t.door.offline
  if (alarm !== undefined) return t.alarm(alarm)
  if (door.contact === 'open') return t.door.open
  return door.lock === 'locked' ? t.door.locked : t.door.unlocked
}

export function doorEventText(event: DoorEventView, t: Texts): string {
  if (event.classifiedAs !== null) return t.forcedCause[event.classifiedAs]
  if (event.kind === 'denied' && event.reason !== null) return t.denial(event.reason)
  const text = t.doorEvent(event.kind)
  if (event.alarm === null) return text
  if (event.kind === 'alarm.raised') return t.alarm(event.alarm)
  return event.kind === 'alarm.cleared' ? `${text}: ${t.alarm(event.alarm)}` : text
}

const needsLook: ReadonlySet<string> = new Set([
  'denied',
  'unreleased',
  'forced',
  'held.soon',
  'held',
  'alarm.raised',
  'lockdown',
  'command.rejected',
  'template.missing',
  'sensor.lost',
  'sensor.power-cycled',
  'journal.renewed',
  'gap',
])

/** Events somebody should look at: shown in amber. What turned out to be no break-in is none of them any more. */
export function isNotable({ kind, classifiedAs }: Pick<DoorEventView, 'kind' | 'classifiedAs'>): boolean {
  return classifiedAs === null ? needsLook.has(kind) : classifiedAs === 'break-in'
}
