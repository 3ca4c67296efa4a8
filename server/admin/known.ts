/** What a command names must be there; a slip is answered with the nearest that is. */
import type { NamedSchedule } from '../access/schedule-table.ts'
import type { Admin } from './admin.ts'
import { notFound } from './failures.ts'

/** @throws AdminError */
export function requirePerson(admin: Admin, id: string): void {
  if (admin.access.hasPerson(id)) return
  const known = admin.access.people().map((person) => person.id)
  throw notFound('person', id, known, 'add it first (person add ID --name NAME)')
}

/** @throws AdminError */
export function requireDoor(admin: Admin, id: string): void {
  if (admin.registry.devices.has('door', id)) return
  const known = admin.registry.devices.list('door').map((door) => door.id)
  throw notFound('door', id, known, 'add it first (device add door ID)')
}

/** @throws AdminError */
export function requireSchedule(admin: Admin, id: string): NamedSchedule {
  const schedule = admin.schedules.get(id)
  if (schedule) return schedule
  const known = admin.schedules.list().map((each) => each.id)
  throw notFound('schedule', id, known, 'add it first (schedule add ID --hours HOURS)')
}
