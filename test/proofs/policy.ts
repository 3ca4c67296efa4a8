/**
 * The door's policy against an oracle that was written from the rules alone and works another way: it walks the minutes
 * of a calendar it counts itself, where the policy compares intervals, and it searches the whole story of touches, where
 * the policy keeps a memory. Unit tests run a few hundred stories, a long proof runs 10⁵.
 */
import fc from 'fast-check'
import { AccessList, type Schedule, type WeeklyHours, weekdays } from '#contract/access-list.ts'
import { decide } from '../../edge/door/policy.ts'
import { emptyMemory } from '../../edge/door/policy-memory.ts'
import { judgeSchedule } from '../../edge/door/policy-schedule.ts'
import { oracleDecision, type Told } from './policy-oracle.ts'
import { isOpenByMinutes } from './wall-calendar.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
/** 2026-01-01 00:00 WIB. */
const YEAR_MS = Date.UTC(2025, 11, 31, 17)

/** Instants on the minute, a hair beside it, and anywhere; around the ends of years, in leap February, and in between. */
const instant = fc
  .tuple(
    fc.oneof(fc.constantFrom(-1, 0, 58, 59, 60, 364, 365, 789, 790, 791), fc.integer({ min: -1, max: 800 })),
    fc.oneof(fc.constantFrom(0, 1, 359, 360, 1_319, 1_320, 1_439), fc.nat(1_439)),
    fc.oneof(fc.constantFrom(0, 1, MINUTE_MS - 1), fc.nat(MINUTE_MS - 1)),
  )
  .map(([day, minute, ms]) => YEAR_MS + day * DAY_MS + minute * MINUTE_MS + ms)

const timeOfDay = fc
  .oneof(fc.constantFrom(0, 360, 450, 960, 1_320, 1_439), fc.nat(1_439))
  .map((minute) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`)

const hours: fc.Arbitrary<WeeklyHours> = fc.record({
  days: fc.subarray([...weekdays], { minLength: 1 }),
  from: timeOfDay,
  until: fc.oneof(timeOfDay, fc.constant('24:00')),
})

const schedule = (id: string): fc.Arbitrary<Schedule> =>
  fc.record({ id: fc.constant(id), hours: fc.array(hours, { maxLength: 4 }), onHolidays: fc.boolean() })

/** Days around the instant, so that holidays matter. */
const holidaysAround = (atMs: number) =>
  fc.subarray([-2, -1, 0, 1].map((offset) => new Date(atMs + offset * DAY_MS).toISOString().slice(0, 10)))

/** Open at an instant exactly when a walk through the minutes before it says so. */
const scheduleHoldsByTheMinute = () =>
  fc.property(
    instant.chain((atMs) => fc.tuple(fc.constant(atMs), schedule('s'), holidaysAround(atMs))),
    ([atMs, plan, holidays]) =>
      (judgeSchedule(plan, holidays, atMs) === 'open') === isOpenByMinutes(plan, holidays, atMs),
  )

const people = ['p-1', 'p-2', 'p-3', 'p-4'] as const
const person = fc.constantFrom(...people)

const entry = (atMs: number) =>
  fc.record(
    {
      person,
      from: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: atMs - 2_000, max: atMs + 60_000 })),
      until: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        fc.integer({ min: atMs - 2_000, max: atMs + 120_000 }),
      ),
      schedule: fc.constantFrom('a', 'b', 'missing'),
      roles: fc.subarray(['visitor', 'escort', 'lockdown'] as const),
    },
    { requiredKeys: ['person', 'from', 'until', 'roles'] },
  )

const rules = fc.record({
  scoreMin: fc.constantFrom(50, 90),
  twoPerson: fc.boolean(),
  antiPassback: fc.constantFrom('off' as const, 'soft' as const, 'timed' as const),
  antiPassbackMinutes: fc.constantFrom(1, 3),
  interlock: fc.boolean(),
  lockdown: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  escortS: fc.constantFrom(5, 30),
})

const list = (atMs: number) =>
  fc
    .record({
      issuedAt: fc.constantFrom(0, atMs),
      people: fc.array(entry(atMs), { minLength: 1, maxLength: 6 }),
      schedules: fc.tuple(schedule('a'), schedule('b')),
      holidays: holidaysAround(atMs),
      rules,
    })
    .map((parts) => AccessList.parse({ door: 'komando', version: 1, ...parts }))

/** Steps that try the edges of every time in the rules. */
const stepMs = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 200, max: 6_000 }) },
  fc
    .constantFrom(5_000, 15_000, 30_000, 60_000, 180_000, 300_000, 600_000)
    .chain((edgeMs) => fc.integer({ min: -1, max: 1 }).map((offset) => edgeMs + offset)),
)

const touch = fc.record({
  stepMs,
  match: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    {
      weight: 7,
      arbitrary: fc.record({
        person: fc.oneof({ weight: 8, arbitrary: person }, fc.constant(undefined)),
        score: fc.constantFrom(49, 50, 89, 90, 200),
        duress: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
      }),
    },
  ),
  clock: fc.oneof({ weight: 6, arbitrary: fc.constant('synced' as const) }, fc.constantFrom('hold', 'unset')),
  otherDoorOpen: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  strikeGuarded: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
})

const story = instant.chain((startMs) =>
  fc.record({
    startMs: fc.constant(startMs),
    list: fc.option(list(startMs), { nil: undefined, freq: 20 }),
    touches: fc.array(touch, { minLength: 1, maxLength: 16 }),
  }),
)

/** Touch by touch, the policy and the oracle say the same: who is let in, or why not, and what is told with it. */
const everyTouchIsDecidedAlike = () =>
  fc.property(story, ({ startMs, list: inForce, touches }) => {
    let memory = emptyMemory
    let monoMs = 0
    const told: Told[] = []
    for (const { stepMs: pastMs, match, clock, otherDoorOpen, strikeGuarded } of touches) {
      monoMs += pastMs
      const asked = {
        list: inForce,
        touch: match,
        wallMs: startMs + monoMs,
        monoMs,
        clock,
        otherDoorOpen,
        strikeGuarded,
      }
      const verdict = decide({ ...asked, memory })
      memory = verdict.memory
      const expected = oracleDecision(told, asked)
      told.push({ ...asked, decision: expected })
      if (!isSame(verdict.decision, expected)) {
        throw new Error(`policy ${JSON.stringify(verdict.decision)}, oracle ${JSON.stringify(expected)}`)
      }
    }
    return true
  })

function isSame(left: object, right: object): boolean {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).toSorted())
  return sorted(left) === sorted(right)
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

export const policyProperties = { scheduleHoldsByTheMinute, everyTouchIsDecidedAlike } as const
