/** From assignments to what a door is told: who may enter, and when (contract/door.ts, AccessList). Pure. */
import type { AccessListSent } from '#contract/access-list.ts'
import type { Assignment } from './access-table.ts'

/**
 * People of a door's list in order of id. Who is no longer entitled is absent, so that the door deletes the templates;
 * who is not entitled yet is on it, so that the door knows the hour by itself.
 */
export function peopleToAdmit(assignments: readonly Assignment[], nowMs: number): AccessListSent['people'] {
  return assignments
    .filter(({ untilMs }) => untilMs === null || untilMs > nowMs)
    .map(({ person, fromMs, untilMs }) => ({ person, from: fromMs, until: untilMs }))
    .toSorted((left, right) => (left.person < right.person ? -1 : 1))
}

/** Epoch ms at which the list changes by time alone: the next end of an assignment. Infinity when none ends. */
export function nextExpiryMs(assignments: readonly Assignment[], nowMs: number): number {
  return assignments.reduce(
    (earliest, { untilMs }) => (untilMs !== null && untilMs > nowMs && untilMs < earliest ? untilMs : earliest),
    Number.POSITIVE_INFINITY,
  )
}

interface BuildOptions {
  readonly door: string
  readonly people: AccessListSent['people']
  /** Version of the list in force, 0 when there is none. */
  readonly lastVersion: number
  readonly nowMs: number
}

/** The list that follows `lastVersion`. */
export function buildAccessList({ door, people, lastVersion, nowMs }: BuildOptions): AccessListSent {
  return { door, version: lastVersion + 1, issuedAt: nowMs, people }
}
