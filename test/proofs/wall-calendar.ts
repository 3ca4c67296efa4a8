/** A wall clock and calendar that count on, minute by minute, from one known midnight: no date arithmetic, no library. */
import { type Schedule, weekdays } from '#contract/access-list.ts'

interface Wall {
  year: number
  /** From 1. */
  month: number
  day: number
  /** Place in `weekdays`. */
  weekday: number
  /** Shown by the clock, counted from midnight. */
  minute: number
}

/** Midnight in WIB at the beginning of Sunday, 28 December 2025; instants before the 30th cannot be walked to. */
const KNOWN: Readonly<Wall> = { year: 2025, month: 12, day: 28, weekday: 6, minute: 0 }
const KNOWN_MS = Date.parse('2025-12-28T00:00:00+07:00')
const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

/**
 * Walks the minutes of the two days before the instant and of its own, opening what begins and closing what ends, as a
 * porter would who looks at the clock.
 */
export function isOpenByMinutes(schedule: Schedule, holidays: readonly string[], atMs: number): boolean {
  const target = Math.floor((atMs - KNOWN_MS) / MINUTE_MS)
  const wall: Wall = { ...KNOWN }
  let walked = 0
  for (; walked + 3 * DAY_MINUTES <= target; walked += DAY_MINUTES) turnPage(wall)
  const rows = schedule.hours.map(({ days, from, until }) => ({
    days: new Set(days.map((day) => weekdays.indexOf(day))),
    begin: minutesOf(from),
    end: minutesOf(until) % DAY_MINUTES,
    open: false,
  }))
  for (; walked <= target; walked += 1) {
    for (const row of rows) {
      if (wall.minute === row.end) row.open = false
      if (wall.minute !== row.begin || !row.days.has(wall.weekday)) continue
      row.open = schedule.onHolidays || !holidays.includes(dateOf(wall))
    }
    wall.minute += 1
    if (wall.minute === DAY_MINUTES) turnPage(wall)
  }
  return rows.some(({ open }) => open)
}

function turnPage(wall: Wall): void {
  wall.minute = 0
  wall.weekday = wall.weekday === 6 ? 0 : wall.weekday + 1
  wall.day += 1
  if (wall.day <= lengthOf(wall.month, wall.year)) return
  wall.day = 1
  wall.month += 1
  if (wall.month <= 12) return
  wall.month = 1
  wall.year += 1
}

function lengthOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28 // right from 1901 to 2099
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function minutesOf(written: string): number {
  const [hour, minute] = written.split(':')
  return Number(hour) * 60 + Number(minute)
}

function dateOf({ year, month, day }: Wall): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
