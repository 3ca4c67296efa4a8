/** The commands for people and who of them may enter where, as the command line knows them. */
import type { Assignment } from '../access/access-table.ts'
import { addPerson, addVisitor, assignPerson, unassignPerson } from './access-commands.ts'
import { assignCommand, assignmentText, assignmentValue } from './access-words.ts'
import type { Admin } from './admin.ts'
import { type Answer, type Call, type Command, listOf, operand, requiredOption, timeOption } from './command.ts'
import { requireDoor, requirePerson } from './known.ts'
import { changeLists } from './list-change.ts'
import { parseTime } from './times.ts'

const from = { value: 'TIME', summary: 'when it begins; now when left out' }
const until = { value: 'TIME', summary: 'when it ends; open when left out' }
const schedule = { value: 'ID', summary: 'hours to keep to; any when left out' }

export const accessTable: readonly Command[] = [
  {
    name: 'person add',
    operands: ['ID'],
    options: { name: { value: 'NAME', summary: 'stays on the server', required: true } },
    summary: 'add a person under an opaque id (never the NIP: doors and journal carry it)',
    run(admin, call) {
      const person = addPerson(admin, { id: operand(call, 0), name: requiredOption(call, 'name') })
      return { value: person, text: `${person.id}: ${person.name}` }
    },
  },
  {
    name: 'visitor add',
    operands: ['ID', 'DOOR[,DOOR]'],
    options: {
      name: { value: 'NAME', summary: 'stays on the server', required: true },
      until: { value: 'TIME', summary: 'when the visit ends', required: true },
      ...{ from, schedule },
    },
    summary: 'let somebody enter for a while, each time right behind somebody who is no visitor',
    run(admin, call) {
      const { id, name } = { id: operand(call, 0), name: requiredOption(call, 'name') }
      const assignments = addVisitor(admin, {
        ...{ id, name, doors: listOf(operand(call, 1)), schedule: call.options['schedule'] ?? null },
        fromMs: timeOption(call, 'from') ?? admin.nowMs(),
        untilMs: parseTime('--until', requiredOption(call, 'until')),
      })
      return { value: { id, name, assignments: assignments.map(assignmentValue) }, text: linesOf(assignments) }
    },
  },
  {
    name: 'assign',
    operands: ['PERSON', 'DOOR[,DOOR]'],
    options: {
      ...{ from, until, schedule },
      letter: { value: 'NUMBER', summary: 'number of the surat tugas; stays on the server' },
    },
    summary: 'let a person enter doors; an earlier assignment of both is replaced',
    run: assign,
  },
  {
    name: 'unassign',
    operands: ['PERSON', 'DOOR'],
    options: {},
    summary: 'let a person no longer enter a door; the door deletes the templates',
    run(admin, call) {
      const [person, door] = [operand(call, 0), operand(call, 1)]
      const undo = assignCommand(unassignPerson(admin, person, door))
      return {
        value: { person, door, removed: true, undo },
        text: `${person} may no longer enter ${door}; the door deletes the templates, enrol anew after an undo\nundo: ${undo}`,
      }
    },
  },
  {
    name: 'assignments list',
    reads: true,
    operands: [],
    options: {
      door: { value: 'ID', summary: 'of this door only' },
      person: { value: 'ID', summary: 'of this person only' },
    },
    summary: 'list who may enter where, until when, in which hours and by which letter',
    run: list,
  },
]

function assign(admin: Admin, call: Call): Answer {
  const [person, doors] = [operand(call, 0), listOf(operand(call, 1))]
  const terms = {
    fromMs: timeOption(call, 'from') ?? admin.nowMs(),
    untilMs: timeOption(call, 'until') ?? null,
    schedule: call.options['schedule'] ?? null,
    letter: call.options['letter'] ?? null,
  }
  const before = admin.access.assignments().filter((each) => each.person === person && doors.includes(each.door))
  const assignments = changeLists(admin, () => doors.map((door) => assignPerson(admin, { person, door, ...terms })))
  const undo = before.map(assignCommand)
  return {
    value: { assignments: assignments.map(assignmentValue), undo },
    text: [linesOf(assignments), ...undo.map((command) => `replaced; undo: ${command}`)].join('\n'),
  }
}

function list(admin: Admin, { options: { door, person } }: Call): Answer {
  if (door !== undefined) requireDoor(admin, door)
  if (person !== undefined) requirePerson(admin, person)
  const assignments = admin.access
    .assignments()
    .filter((each) => (door === undefined || each.door === door) && (person === undefined || each.person === person))
  return {
    value: assignments.map(assignmentValue),
    text: linesOf(assignments) || 'no assignments: let somebody in with "assign PERSON DOOR"',
  }
}

function linesOf(assignments: readonly Assignment[]): string {
  return assignments.map(assignmentText).join('\n')
}
