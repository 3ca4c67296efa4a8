/** The commands that look at people, give them roles and take them away, as the command line knows them. */
import { PersonRole } from '#contract/access-list.ts'
import { removePerson, setRoles } from './access-commands.ts'
import type { Admin } from './admin.ts'
import { type Answer, type Call, type Command, confirmation, listOf, operand, requireConfirmation } from './command.ts'
import { usageError } from './failures.ts'
import { requirePerson } from './known.ts'

const NONE = 'none'

export const peopleTable: readonly Command[] = [
  {
    name: 'people list',
    reads: true,
    operands: [],
    options: {},
    summary: 'list people with their roles and doors; with names, so keep the output to yourself',
    run: listPeople,
  },
  {
    name: 'person roles',
    operands: ['ID', `ROLE[,ROLE]|${NONE}`],
    options: {},
    summary: `set what a person may beyond entering: ${PersonRole.options.join(', ')}`,
    run(admin, call) {
      const id = operand(call, 0)
      const roles = parseRoles(operand(call, 1))
      const undo = `person roles ${id} ${setRoles(admin, id, roles).join(',') || NONE}`
      return { value: { id, roles, undo }, text: `${id}: ${roles.join(', ') || 'no roles'}\nundo: ${undo}` }
    },
  },
  {
    name: 'person remove',
    operands: ['ID'],
    options: { ...confirmation },
    summary: 'take a person away with roles and assignments; what the journal tells of the id stays',
    run(admin, call) {
      const id = operand(call, 0)
      requirePerson(admin, id)
      const doors = admin.access.assignments().filter(({ person }) => person === id)
      const ending =
        doors.length > 0 ? `${id} enters ${doors.map(({ door }) => door).join(', ')}` : `${id} enters no door`
      requireConfirmation(call, id, `${ending}; the doors delete the templates, and no undo brings them back`)
      removePerson(admin, id)
      return { value: { id, removed: true }, text: `${id} removed` }
    },
  },
]

function listPeople(admin: Admin, _call: Call): Answer {
  const roles = admin.access.roles()
  const assignments = admin.access.assignments()
  const people = admin.access.people().map(({ id, name }) => ({
    ...{ id, name, roles: roles.get(id) ?? [] },
    doors: assignments.filter(({ person }) => person === id).map(({ door }) => door),
  }))
  const lines = people.map(({ id, name, roles: own, doors }) =>
    [id, name, own.join(',') || '-', doors.join(',') || '-'].join('\t'),
  )
  return { value: people, text: lines.join('\n') || 'no people: add somebody with "person add ID --name NAME"' }
}

function parseRoles(written: string): PersonRole[] {
  if (written === NONE) return []
  return listOf(written).map((word) => {
    const role = PersonRole.safeParse(word)
    if (role.success) return role.data
    throw usageError(`"${word}" is no role: a role is ${PersonRole.options.join(', ')}, or ${NONE} for no role at all`)
  })
}
