/** Administration of holidays and collective leave. A running server tells the doors within a second. */
import { z } from 'zod'
import { Holiday, holidayKinds } from '../access/holiday-table.ts'
import { HOLIDAYS_PER_YEAR_MAX } from '../access/holiday-years.ts'
import { parseCsv } from '../registry/csv.ts'
import type { Admin } from './admin.ts'
import { AdminError, EXIT_DATA, notFound, usageError } from './failures.ts'
import { changeLists } from './list-change.ts'

const columns = ['day', 'name', 'kind', 'source'] as const

/** Adds holidays, or replaces what was said of their days: all, or none. @returns how many days are new */
export function putHolidays(admin: Admin, holidays: readonly Holiday[]): number {
  return changeLists(admin, () => {
    const added = holidays.filter(({ day }) => admin.holidays.get(day) === undefined).length
    for (const holiday of holidays) admin.holidays.put(holiday)
    for (const year of new Set(holidays.map(({ day }) => Number(day.slice(0, 4))))) {
      const count = admin.holidays.list(year).length
      if (count <= HOLIDAYS_PER_YEAR_MAX) continue
      throw new AdminError(
        `nothing was changed: ${year} would have ${count} holidays, at most ${HOLIDAYS_PER_YEAR_MAX}`,
      )
    }
    return added
  })
}

/** @returns what was removed @throws AdminError when that day is none */
export function removeHoliday(admin: Admin, day: string): Holiday {
  return changeLists(admin, () => {
    const holiday = admin.holidays.get(day)
    if (holiday === undefined) {
      const known = admin.holidays.list().map((each) => each.day)
      throw notFound('holiday', day, known, 'see "holidays list"')
    }
    admin.holidays.remove(day)
    return holiday
  })
}

/** @throws AdminError naming the member that is wrong */
export function parseHoliday(written: Readonly<Record<string, unknown>>): Holiday {
  const holiday = Holiday.safeParse(written)
  if (holiday.success) return holiday.data
  throw usageError(`${reasonsOf(holiday.error, written)}: a day is 2026-08-17, a kind ${holidayKinds.join(' or ')}`)
}

/**
 * @param text CSV with the header day, name, kind, source, or a JSON array of such objects
 * @throws AdminError (exit 65) with the line, value and reason of each bad row
 */
export function parseHolidays(text: string): Holiday[] {
  const rows = /^\uFEFF?\s*\[/.test(text) ? jsonRows(text) : csvRows(text)
  const checked = rows.map(({ line, members }) => ({ line, members, ...Holiday.safeParse(members) }))
  const bad = checked.flatMap(({ line, members, error }) =>
    error ? [`  line ${line}: ${reasonsOf(error, members)}`] : [],
  )
  const twice = checked.flatMap(({ line, data }, index) =>
    data && checked.findIndex((each) => each.data?.day === data.day) < index
      ? [`  line ${line}: ${data.day} again`]
      : [],
  )
  if (bad.length + twice.length > 0) throw badFile([...bad, ...twice].join('\n'))
  return checked.flatMap(({ data }) => (data ? [data] : []))
}

interface RawRow {
  /** Of a CSV file, or the number of an entry of a JSON array, from 1. */
  readonly line: number
  readonly members: Readonly<Record<string, unknown>>
}

function csvRows(text: string): RawRow[] {
  const [header, ...body] = readOrRefuse(() => parseCsv(text))
  const names = header?.cells.map((cell) => cell.trim().toLowerCase()) ?? []
  const missing = columns.filter((column) => !names.includes(column))
  if (missing.length > 0)
    throw badFile(`  line 1: the header must name ${columns.join(', ')}; missing: ${missing.join(', ')}`)
  return body.map(({ line, cells }) => ({
    line,
    members: Object.fromEntries(names.map((name, index) => [name, cells[index]?.trim()])),
  }))
}

function jsonRows(text: string): RawRow[] {
  const rows = z
    .array(z.record(z.string(), z.unknown()))
    .safeParse(readOrRefuse(() => JSON.parse(text.replace(/^\uFEFF/, ''))))
  if (!rows.success) throw badFile('  must be a JSON array of objects, one a holiday')
  return rows.data.map((members, index) => ({ line: index + 1, members }))
}

function readOrRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof SyntaxError) throw badFile(`  ${error.message}`)
    throw error
  }
}

function badFile(reasons: string): AdminError {
  return new AdminError(`nothing was imported:\n${reasons}`, EXIT_DATA)
}

function reasonsOf(error: z.ZodError, members: Readonly<Record<string, unknown>>): string {
  return error.issues
    .map(({ path: [column], message }) => `${String(column)} "${String(members[String(column)] ?? '')}": ${message}`)
    .join(', ')
}
