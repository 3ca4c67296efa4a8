/** The commands for people and doors, as the command line knows them. */
import { addPerson, assignPerson, unassignPerson } from './access-commands.ts'
import { type Command, operand, requiredOption, timeOption } from './command.ts'
import { formatWib, iso } from './times.ts'

const from = { value: 'TIME', summary: 'when it begins; now when left out' }
const until = { value: 'TIME', summary: 'when it ends; open when left out' }

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
    name: 'assign',
    operands: ['PERSON', 'DOOR'],
    options: { from, until },
    summary: 'let a person enter a door; an earlier assignment of both is replaced',
    run(admin, call) {
      const { person, door, fromMs, untilMs } = assignPerson(admin, {
        person: operand(call, 0),
        door: operand(call, 1),
        fromMs: timeOption(call, 'from') ?? admin.nowMs(),
        untilMs: timeOption(call, 'until') ?? null,
      })
      return {
        value: { person, door, from: iso(fromMs), until: untilMs === null ? null : iso(untilMs) },
        text: `${person} may enter ${door} from ${formatWib(fromMs)}${untilMs === null ? '' : ` until ${formatWib(untilMs)}`}`,
      }
    },
  },
  {
    name: 'unassign',
    operands: ['PERSON', 'DOOR'],
    options: {},
    summary: 'let a person no longer enter a door',
    run(admin, call) {
      const [person, door] = [operand(call, 0), operand(call, 1)]
      unassignPerson(admin, person, door)
      return { value: { person, door, removed: true }, text: `${person} may no longer enter ${door}` }
    },
  },
]
