/** What a door must answer, worked out from the whole story of touches each time: nothing is remembered, all is searched. */
import type { AccessList, AccessPerson } from '#contract/access-list.ts'
import type { DenialReason } from '#contract/door.ts'
import type { ClockState } from '#contract/identifiers.ts'
import type { Decision, Touch } from '../../edge/door/policy.ts'
import { isOpenByMinutes } from './wall-calendar.ts'

export interface Asked {
  readonly list: AccessList | undefined
  readonly touch: Touch | undefined
  readonly wallMs: number
  readonly monoMs: number
  readonly clock: ClockState
  readonly otherDoorOpen: boolean
  readonly strikeGuarded: boolean
}

export interface Told extends Asked {
  readonly decision: Decision
}

export function oracleDecision(told: readonly Told[], asked: Asked): Decision {
  const { touch, list } = asked
  const helpWanted = touch?.duress === true && touch.score >= (list?.rules.scoreMin ?? 50)
  return { ...answer(told, asked), ...(helpWanted ? { duress: true as const } : {}) }
}

function answer(told: readonly Told[], asked: Asked): Decision {
  const { touch, list, monoMs } = asked
  if (monoMs < pauseEndMs(told)) return no('locked-out')
  if (touch === undefined) return no('not-found')
  if (touch.score < (list?.rules.scoreMin ?? 50)) return no('score-low')
  if (list === undefined) return no('no-list', touch.person)
  if (touch.person === undefined) return no('not-assigned')
  return answerFor(touch.person, { ...asked, list, score: touch.score, told })
}

interface Known extends Asked {
  readonly list: AccessList
  readonly score: number
  readonly told: readonly Told[]
}

function answerFor(person: string, known: Known): Decision {
  const { list, told, monoMs, score } = known
  const { rules } = list
  const refusal = refusalByList(person, known)
  if (refusal) return no(refusal, person)
  if (!known.strikeGuarded) return no('guard-lost', person)
  if (rules.interlock && known.otherDoorOpen) return no('interlock', person)
  const host = told.findLast(({ decision }) => ownEntry(decision) !== undefined)
  const sinceHostMs = host ? monoMs - host.monoMs : Number.POSITIVE_INFINITY
  if (isVisitor(person, known)) {
    const escort = host && sinceHostMs < rules.escortS * 1_000 ? ownEntry(host.decision) : undefined
    return escort === undefined ? no('escort-needed', person) : entry(person, known, { escort })
  }
  if (host && ownEntry(host.decision) === person && sinceHostMs < 15_000 && mayVouch(person, known, host)) {
    return { granted: true, score, escort: person }
  }
  return rules.twoPerson ? asOneOfTwo(person, known) : entry(person, known, {})
}

function asOneOfTwo(person: string, known: Known): Decision {
  const waiting = whoWaits(known)
  if (waiting !== undefined && waiting !== person) return entry(person, known, { second: waiting })
  const alone = entry(person, known, {})
  return alone.granted ? no('second-person', person) : alone
}

/** Everything else is in order; what remains is whether the person entered just before. */
function entry(person: string, known: Known, others: { escort?: string; second?: string }): Decision {
  const { antiPassback, antiPassbackMinutes } = known.list.rules
  const again = antiPassback !== 'off' && sinceEntryMs(person, known) < antiPassbackMinutes * 60_000
  if (again && antiPassback === 'timed') return no('passback', person)
  return { granted: true, person, score: known.score, ...others, ...(again ? { passback: true as const } : {}) }
}

/** Once for each own entry, and never while locked down. */
function mayVouch(person: string, known: Known, host: Told): boolean {
  const since = known.told.slice(known.told.indexOf(host))
  const used = since.some(({ decision }) => decision.granted && decision.person === undefined)
  return !used && !known.list.rules.lockdown && rolesOf(person, known).includes('escort')
}

/** The last who came first of two, within 15 s, unless people have entered since or the list has become against it. */
function whoWaits(known: Known): string | undefined {
  const first = known.told.findLast(
    ({ decision }) => ownEntry(decision) !== undefined || (!decision.granted && decision.reason === 'second-person'),
  )
  if (first === undefined || first.decision.granted || known.monoMs - first.monoMs >= 15_000) return undefined
  const { person } = first.decision
  return person !== undefined && refusalByList(person, known) === undefined ? person : undefined
}

/** Who entered by right, not in somebody's company. */
function ownEntry(decision: Decision): string | undefined {
  return decision.granted && decision.escort === undefined ? decision.person : undefined
}

function sinceEntryMs(person: string, { told, monoMs }: Known): number {
  const entry = told.findLast(
    ({ decision }) => decision.granted && (decision.person === person || decision.second === person),
  )
  return entry ? monoMs - entry.monoMs : Number.POSITIVE_INFINITY
}

function refusalByList(person: string, known: Known): DenialReason | undefined {
  const entries = known.list.people.filter((each) => each.person === person)
  const refusals = entries.map((each) => refusalOf(each, known))
  if (entries.length === 0) return 'not-assigned'
  if (refusals.includes(undefined)) {
    return known.list.rules.lockdown && !rolesOf(person, known).includes('lockdown') ? 'lockdown' : undefined
  }
  const byNearness: DenialReason[] = ['holiday', 'outside-schedule', 'clock-unset', 'not-yet-valid', 'expired']
  return byNearness.find((reason) => refusals.includes(reason))
}

function refusalOf(entry: AccessPerson, { list, wallMs, clock }: Known): DenialReason | undefined {
  const timeless = entry.until === null && entry.schedule === undefined && entry.from <= list.issuedAt
  if (clock === 'unset') return timeless ? undefined : 'clock-unset'
  if (entry.from > wallMs) return 'not-yet-valid'
  if (entry.until !== null && entry.until <= wallMs) return 'expired'
  if (entry.schedule === undefined) return undefined
  const plan = list.schedules.find(({ id }) => id === entry.schedule)
  if (plan === undefined || !isOpenByMinutes({ ...plan, onHolidays: true }, [], wallMs)) return 'outside-schedule'
  return isOpenByMinutes(plan, list.holidays, wallMs) ? undefined : 'holiday'
}

function validEntries(person: string, known: Known): AccessPerson[] {
  return known.list.people.filter((each) => each.person === person && refusalOf(each, known) === undefined)
}

function rolesOf(person: string, known: Known): string[] {
  return validEntries(person, known).flatMap(({ roles }) => roles)
}

function isVisitor(person: string, known: Known): boolean {
  return validEntries(person, known).every(({ roles }) => roles.includes('visitor'))
}

const WRONG: readonly string[] = ['not-found', 'score-low', 'not-assigned']

/** Five wrong attempts within less than a minute, no grant between them, none used for an earlier pause. */
function pauseEndMs(told: readonly Told[]): number {
  const sinceGrant = told.slice(told.findLastIndex(({ decision }) => decision.granted) + 1)
  const wrong = sinceGrant.filter(({ decision }) => !decision.granted && WRONG.includes(decision.reason))
  let endMs = 0
  let lengthMs = 30_000
  let unused: number[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const { monoMs } of wrong) {
    if (monoMs - Math.max(lastMs, endMs) >= 600_000) lengthMs = 30_000
    lastMs = monoMs
    unused = [...unused.filter((atMs) => atMs > monoMs - 60_000), monoMs]
    if (unused.length < 5) continue
    endMs = monoMs + lengthMs
    lengthMs = Math.min(lengthMs * 2, 300_000)
    unused = []
  }
  return endMs
}

function no(reason: DenialReason, person?: string): Decision {
  return { granted: false, reason, ...(person === undefined ? {} : { person }) }
}
