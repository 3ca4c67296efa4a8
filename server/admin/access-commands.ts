/** Administration of people and of who may enter which door. A running server tells the door within a second. */
import type { Assignment, Person } from '../access/access-table.ts'
import type { Admin } from './admin.ts'
import { AdminError, notFound, usageError } from './failures.ts'
import { requireId } from './identity-commands.ts'

/** Adds a person, or corrects the name of one. The id goes to the door, so it must not be a NIP; the name never does. */
export function addPerson(admin: Admin, { id, name }: Person): Person {
  admin.access.putPerson({ id: requireId(id), name })
  return { id, name }
}

/** Lets a person enter a door. @throws AdminError when one of both is not known, or the time is backwards */
export function assignPerson(admin: Admin, assignment: Assignment): Assignment {
  const { person, door, fromMs, untilMs } = assignment
  requirePerson(admin, person)
  requireDoor(admin, door)
  if (untilMs !== null && untilMs <= fromMs) throw usageError('--until must be later than --from')
  try {
    admin.access.assign(assignment)
  } catch (error) {
    if (error instanceof RangeError) throw new AdminError(error.message)
    throw error
  }
  return assignment
}

/** @throws AdminError when the person may not enter that door anyway */
export function unassignPerson(admin: Admin, person: string, door: string): void {
  if (admin.access.unassign(person, door)) return
  requirePerson(admin, person)
  requireDoor(admin, door)
  throw new AdminError(`${person} is not assigned to ${door}`)
}

function requirePerson(admin: Admin, id: string): void {
  if (admin.access.hasPerson(id)) return
  const known = admin.access.people().map((person) => person.id)
  throw notFound('person', id, known, 'add it first (person add ID --name NAME)')
}

function requireDoor(admin: Admin, id: string): void {
  if (admin.registry.devices.has('door', id)) return
  const known = admin.registry.devices.list('door').map((door) => door.id)
  throw notFound('door', id, known, 'add it first (device add door ID)')
}
