/** Weekly hours as people write them: `mon-thu 07:30-16:00; fri 07:30-16:30; sat,sun 22:00-06:00`. In WIB. Pure. */
import { HOURS_PER_SCHEDULE_MAX, Schedule, type Weekday, WeeklyHours, weekdays } from '#contract/access-list.ts'
import { usageError } from './failures.ts'

const DAILY = 'daily'
const example = 'write days and times as "mon-thu 07:30-16:00; fri 07:30-16:30" (WIB; 22:00-06:00 ends on the next day)'

/** @throws AdminError naming the part that is wrong */
export function parseHours(written: string): WeeklyHours[] {
  const rows = written.split(';').map((part) => part.trim())
  const hours = rows.filter((row) => row !== '').map(parseRow)
  const checked = Schedule.shape.hours.min(1).safeParse(hours)
  if (checked.success) return checked.data
  throw usageError(`--hours has ${hours.length} parts, it takes 1 to ${HOURS_PER_SCHEDULE_MAX}: ${example}`)
}

function parseRow(row: string): WeeklyHours {
  const [days = '', times = '', ...extra] = row.split(/\s+/)
  const [from = '', until = '', ...more] = times.split('-')
  const hours = WeeklyHours.safeParse({ days: parseDays(days, row), from, until })
  if (hours.success && extra.length + more.length === 0) return hours.data
  const reason = hours.error?.issues[0]?.message ?? 'too much'
  throw usageError(`--hours "${row}": ${reason}; ${example}`)
}

/** `mon-fri`, `sat,sun`, `fri-mon` over the end of the week, or `daily`; each day once, in the order of the week. */
function parseDays(written: string, row: string): Weekday[] {
  if (written === DAILY) return [...weekdays]
  const named = new Set(written.split(',').flatMap((part) => parseRange(part, row)))
  return weekdays.filter((day) => named.has(day))
}

function parseRange(part: string, row: string): Weekday[] {
  const ends = part.split('-')
  const [first = -1, last = first] = ends.map(placeOf)
  if (first < 0 || last < 0 || ends.length > 2) {
    throw usageError(`--hours "${row}": "${part}" names no days (${weekdays.join(', ')}, or ${DAILY}); ${example}`)
  }
  const length = ((last - first + weekdays.length) % weekdays.length) + 1
  return [...weekdays, ...weekdays].slice(first, first + length)
}

function placeOf(word: string): number {
  return weekdays.findIndex((day: string) => day === word)
}

/** What `parseHours` reads back. */
export function formatHours(hours: readonly WeeklyHours[]): string {
  return hours.map(({ days, from, until }) => `${formatDays(days)} ${from}-${until}`).join('; ')
}

/** Days in a row as `mon-fri`. */
function formatDays(days: readonly Weekday[]): string {
  const places = weekdays.flatMap((day, index) => (days.includes(day) ? [index] : []))
  const [first = 0, last = first] = [places[0], places.at(-1)]
  if (places.length === weekdays.length) return DAILY
  const isRow = places.length > 2 && last - first === places.length - 1
  return isRow ? `${weekdays[first]}-${weekdays[last]}` : places.map((place) => weekdays[place]).join(',')
}
