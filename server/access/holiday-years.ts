/** Which holidays a door is told of, and which years lack theirs. Pure; days are `YYYY-MM-DD` in WIB. */
import { wibDay, wibYear } from '../monitor/wib.ts'

/** The 25 of 2026 twice over and some to spare; two years of them fit a list (contract/access-list.ts). */
export const HOLIDAYS_PER_YEAR_MAX = 60
/** The decree for the next year comes out in autumn: from 1 December on, its absence is worth a word. */
const NEXT_YEAR_DUE_DAYS = 31
const DAY_MS = 86_400_000

/** Of this year and the next; on 1 January of the last and this one, since the night before began in the last. */
export function holidaysToTell(days: readonly string[], nowMs: number): string[] {
  const year = wibYear(nowMs - DAY_MS)
  return days.filter((day) => yearOf(day) === year || yearOf(day) === year + 1).toSorted()
}

/** Years for which no holiday is known although they have begun, or begin within a month. */
export function yearsWithoutHolidays(days: readonly string[], nowMs: number): number[] {
  const years = new Set([wibYear(nowMs), wibYear(nowMs + NEXT_YEAR_DUE_DAYS * DAY_MS)])
  return [...years].filter((year) => !days.some((day) => yearOf(day) === year))
}

/** The next midnight in WIB, epoch ms: what is told may be another then. */
export function nextMidnightMs(nowMs: number): number {
  return wibDay(nowMs).untilMs
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4))
}
