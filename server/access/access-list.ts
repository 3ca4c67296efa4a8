/** From what core.db says to what a door is told: who may enter, when, by which rules. Pure. */
import type { AccessListSent, PersonRole } from '#contract/access-list.ts'
import type { Assignment } from './access-table.ts'
import type { DoorRulesSet } from './door-rules-table.ts'
import { holidaysToTell, nextMidnightMs } from './holiday-years.ts'
import type { ListNumber } from './list-numbers.ts'
import type { NamedSchedule } from './schedule-table.ts'

/** What the registry says of one door. */
export interface DoorPolicy {
  readonly assignments: readonly Assignment[]
  /** Of everybody who has any. */
  readonly roles: ReadonlyMap<string, readonly PersonRole[]>
  readonly schedules: readonly NamedSchedule[]
  /** `YYYY-MM-DD`, all that are known. */
  readonly holidays: readonly string[]
  readonly rules: DoorRulesSet
}

/** A list without what changes with each issue. Members that say nothing are left out. */
export type ListContent = Omit<AccessListSent, 'door' | 'series' | 'version' | 'issuedAt'>

/** Only schedules that somebody on the list has are on it, and holidays only where one of those does not hold on them. */
export function listContent(policy: DoorPolicy, nowMs: number): ListContent {
  const people = peopleToAdmit(policy, nowMs)
  const named = new Set(people.map(({ schedule }) => schedule))
  const schedules = policy.schedules
    .filter(({ id }) => named.has(id))
    .map(({ id, hours, onHolidays }) => ({ id, hours, onHolidays }))
  const holidays = schedules.some(({ onHolidays }) => !onHolidays) ? holidaysToTell(policy.holidays, nowMs) : []
  return {
    people,
    ...(schedules.length > 0 ? { schedules } : {}),
    ...(holidays.length > 0 ? { holidays } : {}),
    ...(Object.keys(policy.rules).length > 0 ? { rules: policy.rules } : {}),
  }
}

/**
 * People of a door's list in order of id. Who is no longer entitled is absent, so that the door deletes the templates;
 * who is not entitled yet is on it, so that the door knows the hour by itself. A visitor without an end is absent too.
 */
function peopleToAdmit({ assignments, roles }: DoorPolicy, nowMs: number): ListContent['people'] {
  return assignments
    .filter(({ untilMs }) => untilMs === null || untilMs > nowMs)
    .map(({ person, fromMs, untilMs, schedule }) => {
      const own = roles.get(person) ?? []
      return {
        ...{ person, from: fromMs, until: untilMs },
        ...(schedule === null ? {} : { schedule }),
        ...(own.length > 0 ? { roles: [...own] } : {}),
      }
    })
    .filter(({ until, roles: own = [] }) => until !== null || !own.includes('visitor'))
    .toSorted((left, right) => (left.person < right.person ? -1 : 1))
}

/** Epoch ms at which the list may change by time alone: the next end of an assignment, midnight in WIB at the latest. */
export function nextChangeMs(assignments: readonly Assignment[], nowMs: number): number {
  return assignments.reduce(
    (earliest, { untilMs }) => (untilMs !== null && untilMs > nowMs && untilMs < earliest ? untilMs : earliest),
    nextMidnightMs(nowMs),
  )
}

interface BuildOptions {
  readonly door: string
  readonly content: ListContent
  readonly number: ListNumber
  readonly nowMs: number
}

export function buildAccessList({ door, content, number, nowMs }: BuildOptions): AccessListSent {
  const { series, version } = number
  return { door, series, version, issuedAt: nowMs, ...content }
}
