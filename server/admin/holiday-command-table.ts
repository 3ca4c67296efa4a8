/** The commands for holidays, as the command line knows them. */
import type { Holiday } from '../access/holiday-table.ts'
import { yearsWithoutHolidays } from '../access/holiday-years.ts'
import type { Admin } from './admin.ts'
import { type Answer, type Call, type Command, operand, requiredOption } from './command.ts'
import { usageError } from './failures.ts'
import { parseHoliday, parseHolidays, putHolidays, removeHoliday } from './holiday-commands.ts'
import { readInput } from './input.ts'

export const holidayTable: readonly Command[] = [
  {
    name: 'holidays import',
    operands: ['FILE'],
    options: {},
    summary: 'take holidays from CSV or JSON ("-" reads standard input): day, name, kind (national or leave), source',
    run(admin, call) {
      const holidays = parseHolidays(readInput(operand(call, 0)))
      const added = putHolidays(admin, holidays)
      const updated = holidays.length - added
      return { value: { added, updated }, text: `${added} added, ${updated} updated${warningOf(admin)}` }
    },
  },
  {
    name: 'holidays list',
    reads: true,
    operands: [],
    options: { year: { value: 'YEAR', summary: 'of this year only' } },
    summary: 'list holidays and collective leave (cuti bersama)',
    run: list,
  },
  {
    name: 'holiday add',
    operands: ['DAY'],
    options: {
      name: { value: 'NAME', summary: 'what is celebrated', required: true },
      kind: { value: 'national|leave', summary: 'leave is cuti bersama; national when left out' },
      source: { value: 'TEXT', summary: 'the decree that says so' },
    },
    summary: 'add a holiday (2026-08-17, in WIB), or replace what was said of that day',
    run(admin, call) {
      const { kind = 'national', source = '' } = call.options
      const holiday = parseHoliday({ day: operand(call, 0), name: requiredOption(call, 'name'), kind, source })
      const before = admin.holidays.get(holiday.day)
      putHolidays(admin, [holiday])
      const undo = before ? addCommand(before) : `holiday remove ${holiday.day}`
      return { value: { ...holiday, undo }, text: `${lineOf(holiday)}\nundo: ${undo}` }
    },
  },
  {
    name: 'holiday remove',
    operands: ['DAY'],
    options: {},
    summary: 'make a holiday a day as any other',
    run(admin, call) {
      const day = operand(call, 0)
      const undo = addCommand(removeHoliday(admin, day))
      return {
        value: { day, removed: true, undo },
        text: `${day} is a day as any other${warningOf(admin)}\nundo: ${undo}`,
      }
    },
  },
]

function list(admin: Admin, { options: { year } }: Call): Answer {
  if (year !== undefined && !/^\d{4}$/.test(year)) throw usageError(`--year "${year}" is no year: write 2026`)
  const holidays = admin.holidays.list(year === undefined ? undefined : Number(year))
  const lines = holidays.map(lineOf).join('\n') || `no holidays${year === undefined ? '' : ` in ${year}`}`
  return { value: holidays, text: `${lines}${warningOf(admin)}` }
}

/** Hours that do not hold on holidays are open on all days of a year that has none. */
function warningOf(admin: Admin): string {
  const days = admin.holidays.list().map(({ day }) => day)
  const years = yearsWithoutHolidays(days, admin.nowMs())
  return years.map((year) => `\nwarning: no holidays are known for ${year}, every day counts as a working day`).join('')
}

function lineOf({ day, name, kind, source }: Holiday): string {
  return [day, kind, name, source].join('\t').trimEnd()
}

function addCommand({ day, name, kind, source }: Holiday): string {
  return `holiday add ${day} --name "${name}" --kind ${kind}${source === '' ? '' : ` --source "${source}"`}`
}
