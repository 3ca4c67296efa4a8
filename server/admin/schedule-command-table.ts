/** The commands for weekly hours, as the command line knows them. */
import type { NamedSchedule } from '../access/schedule-table.ts'
import { type Command, onOrOff, operand, requiredOption } from './command.ts'
import { formatHours, parseHours } from './hours.ts'
import { putSchedule, removeSchedule } from './schedule-commands.ts'

export const scheduleTable: readonly Command[] = [
  {
    name: 'schedule add',
    operands: ['ID'],
    options: {
      hours: { value: 'HOURS', summary: 'as "mon-thu 07:30-16:00; fri 07:30-16:30", in WIB', required: true },
      name: { value: 'NAME', summary: 'as people call it' },
      holidays: { value: 'on|off', summary: 'whether they hold on holidays; off when left out' },
    },
    summary: 'add weekly hours, or replace those of this id; they belong to the day on which they begin',
    run(admin, call) {
      const id = operand(call, 0)
      const schedule = {
        id,
        name: call.options['name'] ?? admin.schedules.get(id)?.name ?? id,
        hours: parseHours(requiredOption(call, 'hours')),
        onHolidays: onOrOff(call, 'holidays') ?? false,
      }
      const before = putSchedule(admin, schedule)
      const undo = before ? addCommand(before) : `schedule remove ${id}`
      return { value: { ...schedule, undo }, text: `${lineOf(schedule)}\nundo: ${undo}` }
    },
  },
  {
    name: 'schedules list',
    reads: true,
    operands: [],
    options: {},
    summary: 'list the weekly hours',
    run(admin) {
      const schedules = admin.schedules.list()
      return {
        value: schedules,
        text: schedules.map(lineOf).join('\n') || 'no schedules: add one with "schedule add ID --hours HOURS"',
      }
    },
  },
  {
    name: 'schedule remove',
    operands: ['ID'],
    options: {},
    summary: 'take weekly hours away that nobody has to keep to',
    run(admin, call) {
      const id = operand(call, 0)
      const undo = addCommand(removeSchedule(admin, id))
      return { value: { id, removed: true, undo }, text: `${id} removed\nundo: ${undo}` }
    },
  },
]

function lineOf({ id, name, hours, onHolidays }: NamedSchedule): string {
  return `${id}\t${name}\t${formatHours(hours)}\t${onHolidays ? 'also on holidays' : 'not on holidays'}`
}

function addCommand({ id, name, hours, onHolidays }: NamedSchedule): string {
  return `schedule add ${id} --hours "${formatHours(hours)}" --name "${name}" --holidays ${onHolidays ? 'on' : 'off'}`
}
