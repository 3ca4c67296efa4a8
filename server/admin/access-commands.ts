/** Administration of people and of who may enter which door. A running server tells the door within a second. */
import type { PersonRole } from '#contract/access-list.ts'
import type { Assignment, Person } from '../access/access-table.ts'
import type { Admin } from './admin.ts'
import { AdminError, usageError } from './failures.ts'
import { requireId } from './identity-commands.ts'
import { requireDoor, requirePerson, requireSchedule } from './known.ts'
import { changeLists } from './list-change.ts'

/** A NIP has 18 digits, a NIK 16. */
const NIP_OR_NIK = /^(\d{16}|\d{18})$/
/** Longer than any numbering of letters in use. */
const LETTER_MAX = 100
/** Whoever comes for longer is assigned by a letter. */
const VISIT_DAYS_MAX = 31
const DAY_MS = 86_400_000

/**
 * Adds a person, or corrects the name of one. The id goes to the door, the name never does.
 * @throws AdminError when the id is a NIP or NIK
 */
export function addPerson(admin: Admin, { id, name }: Person): Person {
  if (NIP_OR_NIK.test(requireId(id).replaceAll('-', ''))) {
    throw usageError(`"${id}" looks like a NIP or NIK: doors and journal carry this id, make up another, as asn-0001`)
  }
  admin.access.putPerson({ id, name })
  return { id, name }
}

export type NewAssignment = Omit<Assignment, 'schedule' | 'letter'> & Partial<Assignment>

/**
 * Lets a person enter a door.
 * @throws AdminError when something it names is not known, the time is backwards, or the door's list would not fit
 */
export function assignPerson(admin: Admin, entry: NewAssignment): Assignment {
  const assignment: Assignment = { ...entry, schedule: entry.schedule ?? null, letter: entry.letter?.trim() || null }
  const { person, door, fromMs, untilMs, schedule, letter } = assignment
  requirePerson(admin, person)
  requireDoor(admin, door)
  if (schedule !== null) requireSchedule(admin, schedule)
  if (untilMs !== null && untilMs <= fromMs) throw usageError('--until must be later than --from')
  if (letter !== null && letter.length > LETTER_MAX) {
    throw usageError(`--letter has ${letter.length} characters, at most ${LETTER_MAX}`)
  }
  changeLists(admin, () => {
    if (untilMs === null && admin.access.rolesOf(person).includes('visitor')) {
      throw usageError(`${person} is a visitor: say --until`)
    }
    admin.access.assign(assignment)
  })
  return assignment
}

/** @throws AdminError when the person may not enter that door anyway */
export function unassignPerson(admin: Admin, person: string, door: string): Assignment {
  const assignment = admin.access.assignmentsOf(door).find((each) => each.person === person)
  if (assignment && admin.access.unassign(person, door)) return assignment
  requirePerson(admin, person)
  requireDoor(admin, door)
  throw new AdminError(`${person} is not assigned to ${door}`)
}

/** Replaces the roles of a person. @returns those before @throws AdminError for a visitor whose time has no end */
export function setRoles(admin: Admin, person: string, roles: readonly PersonRole[]): PersonRole[] {
  requirePerson(admin, person)
  return changeLists(admin, () => {
    const before = admin.access.rolesOf(person)
    const open = admin.access.assignments().filter((each) => each.person === person && each.untilMs === null)
    if (roles.includes('visitor') && open.length > 0) {
      const doors = open.map(({ door }) => door).join(', ')
      throw new AdminError(`${person} may enter ${doors} without an end, a visitor may not: assign anew with --until`)
    }
    admin.access.setRoles(person, roles)
    return before
  })
}

interface Visit extends Person {
  readonly doors: readonly string[]
  readonly fromMs: number
  readonly untilMs: number
  readonly schedule?: string | null
}

/** Adds somebody who may enter for a while, and only right behind somebody who is no visitor. All doors, or none. */
export function addVisitor(admin: Admin, { id, name, doors, fromMs, untilMs, schedule = null }: Visit): Assignment[] {
  if (untilMs <= admin.nowMs()) throw usageError('--until has passed')
  if (untilMs - fromMs > VISIT_DAYS_MAX * DAY_MS) {
    throw usageError(
      `a visit lasts ${VISIT_DAYS_MAX} days at most: assign whoever stays longer (assign … --letter NUMBER)`,
    )
  }
  return changeLists(admin, () => {
    if (admin.access.hasPerson(id) && !admin.access.rolesOf(id).includes('visitor')) {
      throw new AdminError(`${id} is there already and no visitor: let an assigned person in with "assign"`)
    }
    addPerson(admin, { id, name })
    admin.access.setRoles(id, ['visitor'])
    return doors.map((door) => assignPerson(admin, { person: id, door, fromMs, untilMs, schedule }))
  })
}

/** Takes a person away with roles and assignments; what the journal tells of the id stays. */
export function removePerson(admin: Admin, id: string): void {
  requirePerson(admin, id)
  admin.access.removePerson(id)
}
