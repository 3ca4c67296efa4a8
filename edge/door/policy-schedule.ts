/** Weekly hours in WIB (contract/access-list.ts, Schedule) at one instant. Pure; WIB is UTC+7 all year. */
import { type Schedule, type WeeklyHours, weekdays } from '#contract/access-list.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const WIB_MS = 7 * HOUR_MS
/** 1970-01-01 was a Thursday: its place in `weekdays`. */
const EPOCH_WEEKDAY = 3

export type ScheduleVerdict = 'open' | 'outside-schedule' | 'holiday'

/** Hours belong to the day on which they begin: a night shift that began before a holiday is worked to its end. */
export function judgeSchedule(schedule: Schedule, holidays: readonly string[], wallMs: number): ScheduleVerdict {
  const days = schedule.hours.flatMap((hours) => beginningDays(hours, wallMs + WIB_MS))
  if (days.length === 0) return 'outside-schedule'
  const held = schedule.onHolidays || days.some((day) => !holidays.includes(dateOf(day)))
  return held ? 'open' : 'holiday'
}

/** The days, counted from 1970, on which hours began that cover `localMs`. Hours last 24 h at most: today or yesterday. */
function beginningDays({ days, from, until }: WeeklyHours, localMs: number): number[] {
  const fromMs = timeOfDayMs(from)
  const untilMs = timeOfDayMs(until)
  const lengthMs = untilMs > fromMs ? untilMs - fromMs : untilMs - fromMs + DAY_MS
  const today = Math.floor(localMs / DAY_MS)
  return [today, today - 1].filter((day) => {
    const sinceMs = localMs - (day * DAY_MS + fromMs)
    return sinceMs >= 0 && sinceMs < lengthMs && days.some((name) => name === weekdayOf(day))
  })
}

function weekdayOf(day: number) {
  return weekdays[(((day + EPOCH_WEEKDAY) % 7) + 7) % 7]
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

function timeOfDayMs(written: string): number {
  return Number(written.slice(0, 2)) * HOUR_MS + Number(written.slice(3)) * MINUTE_MS
}
