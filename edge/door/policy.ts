/**
 * May whoever is at the reader enter now? Pure: the door's one place where that is answered, with nothing but the list,
 * the touch, the time and what the door remembers. Somebody whose finger cannot be read is let in by an officer's second
 * touch; a PIN would need a keypad, which the hardware does not have.
 */
import { type AccessList, type AccessPerson, DoorRules, type PersonRole } from '#contract/access-list.ts'
import type { DenialReason } from '#contract/door.ts'
import type { ClockState } from '#contract/identifiers.ts'
import { addMiss, isPaused, noLockout } from './policy-lockout.ts'
import { DURESS_ALARM_MS, type PolicyMemory, passMemory, withLockout } from './policy-memory.ts'
import { judgeSchedule } from './policy-schedule.ts'

/** IEC 60839-11-1 leaves it open; long enough to step aside, too short to fetch somebody. */
const SECOND_PERSON_MS = 15_000
/** An officer's second touch within it is for somebody else. */
const VOUCH_MS = 15_000

export interface Touch {
  /** Undefined when nobody is known to own the matched template. */
  readonly person: string | undefined
  readonly score: number
  readonly duress: boolean
}

export interface Question {
  /** The list in force; undefined when none was ever received. */
  readonly list: AccessList | undefined
  /** Undefined when no template matched. */
  readonly touch: Touch | undefined
  readonly wallMs: number
  readonly monoMs: number
  readonly clock: ClockState
  /** The interlock line, whether or not the list heeds it. */
  readonly otherDoorOpen: boolean
  /** Nobody is granted what could not be carried out, or not be ended. */
  readonly strikeGuarded: boolean
  readonly memory: PolicyMemory
}

interface Granted {
  readonly granted: true
  /** Who enters; absent when `escort` lets in somebody unread. */
  readonly person?: string
  readonly score: number
  /** Who answers for a visitor or for somebody unread. */
  readonly escort?: string
  /** The other of two people. */
  readonly second?: string
  /** The person had entered a short while ago. */
  readonly passback?: true
  readonly duress?: true
}

export interface Denied {
  readonly granted: false
  readonly reason: DenialReason
  readonly person?: string
  readonly duress?: true
}

export type Decision = Granted | Denied

export interface Verdict {
  readonly decision: Decision
  /** What to remember; on disk before the strike moves. */
  readonly memory: PolicyMemory
}

const defaultRules = DoorRules.parse({})

/** Wrong attempts: nobody was shown to have any business here. */
const misses: ReadonlySet<DenialReason> = new Set(['not-found', 'score-low', 'not-assigned'])

export function decide(question: Question): Verdict {
  const asked = { ...question, memory: passMemory(question.memory, question.monoMs) }
  const { decision, memory } = underDuress(asked) ? withDuress(judge(asked), question.monoMs) : judge(asked)
  if (decision.granted) return { decision, memory: withLockout(memory, noLockout) }
  if (!misses.has(decision.reason)) return { decision, memory }
  return { decision, memory: withLockout(memory, addMiss(memory.lockout, question.monoMs)) }
}

/** The alarm is silent and does not depend on whether the door opens. */
function underDuress({ touch, list }: Question): boolean {
  return touch?.duress === true && touch.score >= (list?.rules ?? defaultRules).scoreMin
}

function withDuress({ decision, memory }: Verdict, nowMs: number): Verdict {
  return { decision: { ...decision, duress: true }, memory: { ...memory, duressUntilMs: nowMs + DURESS_ALARM_MS } }
}

function judge(question: Question): Verdict {
  const { list, touch, memory, monoMs } = question
  const deny = (reason: DenialReason, person?: string): Verdict => denied(memory, reason, person)
  if (isPaused(memory.lockout, monoMs)) return deny('locked-out')
  if (!touch) return deny('not-found')
  if (touch.score < (list?.rules ?? defaultRules).scoreMin) return deny('score-low')
  const { person } = touch
  if (!list) return deny('no-list', person)
  if (person === undefined) return deny('not-assigned')
  const standing = standingOf(person, { ...question, list })
  if (standing.reason !== undefined) return deny(standing.reason, person)
  return judgeAtDoor({ ...question, list, person, score: touch.score, roles: standing.roles })
}

type Standing =
  | { readonly reason: DenialReason }
  | { readonly reason?: undefined; readonly roles: ReadonlySet<PersonRole> }

type Listed = Pick<Question, 'wallMs' | 'clock' | 'memory'> & { readonly list: AccessList }

/** Whether the list lets this person in at this hour; otherwise the reason that comes closest to a grant. */
function standingOf(person: string, asked: Listed): Standing {
  const entries = asked.list.people.filter((entry) => entry.person === person)
  if (entries.length === 0) return { reason: 'not-assigned' }
  const verdicts = entries.map((entry) => judgeEntry(entry, asked))
  const valid = entries.filter((_, index) => verdicts[index] === 'valid')
  if (valid.length === 0) {
    const nearest = ['holiday', 'outside-schedule', 'clock-unset', 'not-yet-valid'] as const
    return { reason: nearest.find((each) => verdicts.includes(each)) ?? 'expired' }
  }
  const roles = new Set(valid.flatMap((entry) => entry.roles))
  if (!valid.every((entry) => entry.roles.includes('visitor'))) roles.delete('visitor')
  return isLockedDown(asked) && !roles.has('lockdown') ? { reason: 'lockdown' } : { roles }
}

export function isLockedDown({ list, memory }: Pick<Question, 'list' | 'memory'>): boolean {
  return memory.lockdown || list?.rules.lockdown === true
}

/**
 * A clock that cannot be trusted decides no hours and no dates: it lets in only those whose entry has no end and no
 * schedule, and had begun when the server, whose clock is good, issued the list.
 */
function judgeEntry({ from, until, schedule }: AccessPerson, { list, wallMs, clock }: Listed) {
  if (clock === 'unset') {
    return until === null && schedule === undefined && from <= list.issuedAt ? 'valid' : 'clock-unset'
  }
  if (wallMs < from) return 'not-yet-valid'
  if (until !== null && wallMs >= until) return 'expired'
  if (schedule === undefined) return 'valid'
  const hours = list.schedules.find(({ id }) => id === schedule)
  if (!hours) return 'outside-schedule' // a list that lacks the schedule it names lets nobody in by it
  const verdict = judgeSchedule(hours, list.holidays, wallMs)
  return verdict === 'open' ? 'valid' : verdict
}

interface AtDoor extends Question {
  readonly list: AccessList
  readonly person: string
  readonly score: number
  readonly roles: ReadonlySet<PersonRole>
}

/** The person may enter by the list; what remains are the rules of the door and who else is there. */
function judgeAtDoor(asked: AtDoor): Verdict {
  const { list, person, roles, memory, monoMs } = asked
  const { last } = memory
  if (!asked.strikeGuarded) return denied(memory, 'guard-lost', person)
  if (list.rules.interlock && asked.otherDoorOpen) return denied(memory, 'interlock', person)
  if (roles.has('visitor')) {
    const escorted = last !== null && monoMs - last.atMs < list.rules.escortS * 1000
    return escorted ? admit(asked, { escort: last.person }) : denied(memory, 'escort-needed', person)
  }
  if (vouches(asked)) {
    const decision: Granted = { granted: true, score: asked.score, escort: person }
    return { decision, memory: { ...memory, last: last && { ...last, vouched: true } } }
  }
  if (!list.rules.twoPerson) return admit(asked)
  const first = waitingFirst(asked)
  if (first !== undefined) return admit(asked, { second: first })
  if (isBlockedPassback(asked)) return denied(memory, 'passback', person)
  return denied({ ...memory, first: { person, atMs: monoMs } }, 'second-person', person)
}

/** Not while locked down: nobody can tell whether the one who is unread is among those who may enter then. */
function vouches({ person, roles, memory, monoMs, list }: AtDoor): boolean {
  const { last } = memory
  if (!roles.has('escort') || last?.person !== person || last.vouched) return false
  return monoMs - last.atMs < VOUCH_MS && !isLockedDown({ list, memory })
}

/** Another person who was here just before and still may enter. */
function waitingFirst(asked: AtDoor): string | undefined {
  const { first } = asked.memory
  if (!first || first.person === asked.person || asked.monoMs - first.atMs >= SECOND_PERSON_MS) return undefined
  return standingOf(first.person, asked).reason === undefined ? first.person : undefined
}

function admit(asked: AtDoor, others: Pick<Granted, 'escort' | 'second'> = {}): Verdict {
  const { person, score, roles, memory, monoMs } = asked
  const again = hasJustEntered(asked)
  if (isBlockedPassback(asked)) return denied(memory, 'passback', person)
  const people = others.second === undefined ? [person] : [person, others.second]
  const entered = withEntries(asked, people)
  return {
    decision: { granted: true, person, score, ...others, ...(again ? { passback: true } : {}) },
    // A visitor changes nothing for those who wait or may be followed.
    memory: roles.has('visitor')
      ? entered
      : { ...entered, first: null, last: { person, atMs: monoMs, vouched: false } },
  }
}

function hasJustEntered({ person, memory, monoMs, list }: AtDoor): boolean {
  const entryMs = memory.entriesMs[person]
  return list.rules.antiPassback !== 'off' && entryMs !== undefined && monoMs - entryMs < passbackMs(list.rules)
}

function isBlockedPassback(asked: AtDoor): boolean {
  return asked.list.rules.antiPassback === 'timed' && hasJustEntered(asked)
}

function passbackMs({ antiPassbackMinutes }: DoorRules): number {
  return antiPassbackMinutes * 60_000
}

/** Entries older than the rule asks for are forgotten: they are bounded by who enters in that time. */
function withEntries({ memory, monoMs, list }: AtDoor, people: readonly string[]): PolicyMemory {
  if (list.rules.antiPassback === 'off') return { ...memory, entriesMs: {}, unopened: [] }
  const recent = Object.entries(memory.entriesMs).filter(([, atMs]) => monoMs - atMs < passbackMs(list.rules))
  const before = Object.fromEntries(recent)
  const unknown = people.filter((person) => !memory.unopened.some((entry) => entry.person === person))
  return {
    ...memory,
    entriesMs: { ...before, ...Object.fromEntries(people.map((person) => [person, monoMs])) },
    unopened: [...memory.unopened, ...unknown.map((person) => ({ person, entryBeforeMs: before[person] ?? null }))],
  }
}

function denied(memory: PolicyMemory, reason: DenialReason, person?: string): Verdict {
  return { decision: { granted: false, reason, ...(person === undefined ? {} : { person }) }, memory }
}
