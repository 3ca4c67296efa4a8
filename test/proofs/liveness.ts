/**
 * The properties behind promises 3 to 5 (design §4), as fast-check properties: unit tests run a few hundred schedules
 * of each, a long proof runs 10⁵. Time is generated, no clock is read.
 */
import fc from 'fast-check'
import type { AppState } from '#contract/states.ts'
import { accountOf } from '../../server/monitor/availability.ts'
import { OWN_OUTAGE_MS } from '../../server/monitor/own-outage.ts'
import { WORD_CHANGES_MAX, WORD_MINUTE_MS } from '../../server/monitor/own-word.ts'
import type { MonitoredApp, Transition } from '../../server/monitor/types.ts'
import { beat, PULSE_MS, play, type Row, rowsOf, START_MS, story } from './schedules.ts'

/** A heartbeat of `app` at `atMs` after the start. */
interface Beat {
  readonly app: string
  readonly atMs: number
}

const rhythm = fc.record({ intervalS: fc.integer({ min: 1, max: 120 }), graceS: fc.integer({ min: 0, max: 60 }) })

/** Distances that try the edges: on the deadline, a hair before and after it, and anything else up to three times it. */
function distance({ intervalS, graceS }: { intervalS: number; graceS: number }): fc.Arbitrary<number> {
  const deadlineMs = (intervalS + graceS) * 1000
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: intervalS * 1000 }) },
    { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }).map((offset) => deadlineMs + offset) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: deadlineMs * 3 }) },
  )
}

const schedule = fc.array(
  rhythm.chain((app) => fc.tuple(fc.constant(app), fc.array(distance(app), { minLength: 1, maxLength: 8 }))),
  { minLength: 1, maxLength: 4 },
)

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never

function appsOf(plan: Schedule): MonitoredApp[] {
  return plan.map(([app], index) => ({ id: `app-${index}`, ...app, registeredMs: START_MS }))
}

function beatsOf(plan: Schedule): Beat[] {
  return plan.flatMap(([, distances], index) => {
    let atMs = 0
    return distances.map((step) => {
      atMs += step
      return { app: `app-${index}`, atMs }
    })
  })
}

/** What must be declared, worked out from the distances alone. */
function expectedDowns(app: MonitoredApp, beats: readonly Beat[], endMs: number): number[] {
  const limitMs = (app.intervalS + app.graceS) * 1000
  const own = beats.filter((beat) => beat.app === app.id)
  return own.flatMap((beat, index) => {
    const nextMs = own[index + 1]?.atMs ?? endMs
    return nextMs - beat.atMs > limitMs ? [START_MS + beat.atMs + limitMs] : []
  })
}

/** Promise 4: DOWN is dated to last receipt + interval + grace, declared then or within one pulse, and never else. */
export const downIsDatedToItsDeadline = () =>
  fc.property(schedule, (plan) => {
    const apps = appsOf(plan)
    const beats = beatsOf(plan)
    const lastMs = Math.max(...beats.map((entry) => entry.atMs))
    const longestMs = Math.max(...apps.map((app) => (app.intervalS + app.graceS) * 1000))
    const endMs = Math.ceil((lastMs + longestMs) / PULSE_MS + 2) * PULSE_MS
    const transitions = play(
      apps,
      rowsOf(
        beats.map((entry) => beat(entry.app, entry.atMs)),
        endMs,
      ),
    )
    for (const app of apps) {
      const downs = transitions.filter((entry) => entry.app === app.id && entry.to === 'down')
      const expected = expectedDowns(app, beats, endMs)
      if (JSON.stringify(downs.map((down) => down.at)) !== JSON.stringify(expected)) return false
      if (downs.some((down) => down.declaredAt <= down.at || down.declaredAt > down.at + PULSE_MS)) return false
    }
    return true
  })

const state = fc.constantFrom<AppState>('new', 'up', 'late', 'degraded', 'down', 'maintenance', 'unknown')

/** Promise 5: whatever the transitions, in order or not, the parts add up to the period exactly. */
export const statesAddUpToThePeriod = () =>
  fc.property(
    fc.record({
      fromMs: fc.nat(1e9),
      lengthMs: fc.nat(1e9),
      initial: state,
      changes: fc.array(fc.record({ at: fc.nat(2e9), to: state }), { maxLength: 20 }),
      judgedUntilMs: fc.nat(2e9),
    }),
    ({ fromMs, lengthMs, ...rest }) => {
      const account = accountOf({ ...rest, period: { fromMs, untilMs: fromMs + lengthMs } })
      const { upMs, downMs, maintenanceMs, unknownMs, outsideMs, aheadMs } = account
      const parts = [upMs, downMs, maintenanceMs, unknownMs, outsideMs, aheadMs]
      return parts.every((part) => part >= 0) && parts.reduce((sum, part) => sum + part, 0) === lengthMs
    },
  )

/** Reading the same journal again declares the same, also through a checkpoint at any row. */
export const replayDeclaresTheSame = () =>
  fc.property(story, fc.nat(), (told, cut) => {
    const once = JSON.stringify(play(told.apps, told.rows, told))
    const interruptAt = cut % (told.rows.length + 1)
    return (
      once === JSON.stringify(play(told.apps, told.rows, told)) &&
      once === JSON.stringify(play(told.apps, told.rows, { ...told, interruptAt }))
    )
  })

/** Promise 5: our own outage is UNKNOWN; nobody is DOWN by silence before interval and grace after its end. */
export const ownOutageConvictsNobody = () =>
  fc.property(story, (told) => {
    const declared = play(told.apps, told.rows, told)
    return told.apps.every((app) => {
      const limitMs = (app.intervalS + app.graceS) * 1000
      return told.rows.every((row, index) => {
        const before = told.rows[index - 1]
        if (before === undefined || !isOutage(before, row)) return true
        return declared
          .filter((entry) => entry.app === app.id && entry.to === 'down' && entry.cause === 'silence')
          .every((down) => down.rowId < row.rowId || down.at >= row.wallMs + limitMs)
      })
    })
  })

/** One application's transitions follow each other: each begins where the last ended, and not before it. */
export const transitionsChain = () =>
  fc.property(story, (told) => {
    const declared = play(told.apps, told.rows, told)
    return told.apps.every((app) => isChain(declared.filter((entry) => entry.app === app.id)))
  })

function isChain(transitions: readonly Transition[]): boolean {
  return transitions.every((entry, index) => {
    const before = transitions[index - 1]
    const from = before?.to ?? 'new'
    return entry.from === from && entry.to !== from && entry.at >= (before?.at ?? 0) && entry.declaredAt >= entry.at
  })
}

function isOutage(before: Row, row: Row): boolean {
  return before.boot !== row.boot || row.monoMs - before.monoMs > OWN_OUTAGE_MS
}

const word = fc.constantFrom('up', 'degraded', 'down')
/** What an application says, and how long after the word before. */
const words = (apartMs: fc.Arbitrary<number>) =>
  fc.array(fc.record({ status: word, apartMs }), { minLength: 1, maxLength: 80, size: 'max' }).map((said) => {
    let atMs = 0
    return said.map(({ status, apartMs }) => {
      atMs += apartMs
      return beat('app', atMs, { status })
    })
  })
const hurried = words(fc.oneof({ weight: 9, arbitrary: fc.nat(900) }, { weight: 1, arbitrary: fc.nat(30_000) }))

const patient: MonitoredApp = { id: 'app', intervalS: 3_600, graceS: 60, registeredMs: START_MS }
type Word = ReturnType<typeof beat>

/** Where the status changes, as its sender says it. */
function turns(said: readonly Word[]): Word[] {
  return said.filter(({ heartbeat }, index) => heartbeat.status !== said[index - 1]?.heartbeat.status)
}

function saidUntilMs(said: readonly Word[]): number {
  return said.at(-1)?.atMs ?? 0
}

/** Whatever an application says, its own word changes its state so many times a minute; and what it said last counts. */
export const ownWordIsBounded = () =>
  fc.property(hurried, (said) => {
    const endMs = saidUntilMs(said) + WORD_MINUTE_MS + 2 * PULSE_MS
    const declared = play([patient], rowsOf(said, endMs))
    const minutes = Math.floor(saidUntilMs(said) / WORD_MINUTE_MS) + 2
    const last = turns(said).at(-1)
    return (
      declared.length <= 1 + minutes * WORD_CHANGES_MAX &&
      isChain(declared) &&
      declared.at(-1)?.to === last?.heartbeat.status &&
      (declared.at(-1)?.at ?? 0) <= START_MS + (last?.atMs ?? 0)
    )
  })

const apartMinMs = WORD_MINUTE_MS / WORD_CHANGES_MAX
const slowly = fc.oneof(
  { weight: 9, arbitrary: fc.constant(apartMinMs) },
  { weight: 1, arbitrary: fc.integer({ min: apartMinMs, max: 60_000 }) },
)

/** Who changes its word no more often is judged by each of them, at once. */
export const slowWordsCountAtOnce = () =>
  fc.property(words(slowly), (said) => {
    const declared = play([patient], rowsOf(said, saidUntilMs(said)))
    const expected = turns(said).map(({ atMs, heartbeat }) => [heartbeat.status, START_MS + atMs, START_MS + atMs])
    return JSON.stringify(declared.map(({ to, at, declaredAt }) => [to, at, declaredAt])) === JSON.stringify(expected)
  })

/** Promise 4 holds for a sender that cannot make up its mind: its silence is down, when it is due. */
export const silenceAfterManyWordsIsDown = () =>
  fc.property(hurried, rhythm, (said, { intervalS, graceS }) => {
    const dueMs = saidUntilMs(said) + (intervalS + graceS) * 1000
    const declared = play([{ ...patient, intervalS, graceS }], rowsOf(said, dueMs + 2 * PULSE_MS))
    const down = declared.at(-1)
    if (!isChain(declared) || down?.to !== 'down' || down.declaredAt > START_MS + dueMs + PULSE_MS) return false
    return said.at(-1)?.heartbeat.status === 'down' || (down.cause === 'silence' && down.at === START_MS + dueMs)
  })

/** What waits, and what was counted, goes through a checkpoint at any row. */
export const heldWordsOutliveARestart = () =>
  fc.property(hurried, fc.nat(), (said, cut) => {
    const rows = rowsOf(said, saidUntilMs(said) + WORD_MINUTE_MS + 2 * PULSE_MS)
    const interrupted = play([patient], rows, { interruptAt: cut % (rows.length + 1) })
    return JSON.stringify(play([patient], rows)) === JSON.stringify(interrupted)
  })

export const livenessProperties = {
  downIsDatedToItsDeadline,
  statesAddUpToThePeriod,
  replayDeclaresTheSame,
  ownOutageConvictsNobody,
  transitionsChain,
  ownWordIsBounded,
  slowWordsCountAtOnce,
  silenceAfterManyWordsIsDown,
  heldWordsOutliveARestart,
} as const
