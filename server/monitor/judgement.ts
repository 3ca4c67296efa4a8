/**
 * The state machine of one application (design §3.4): new → up ⇄ late → down, its own reports, and the overlays
 * maintenance and unknown. Pure: state, event and time in, the change out; the record is altered in place because
 * this runs for every heartbeat.
 */
import type { Heartbeat } from '#contract/heartbeat.ts'
import type { AppState, Cause } from '#contract/states.ts'
import type { HeapItem } from './deadline-heap.ts'
import { forgetWordMinute, isHeld, isOwnWord, minuteEndMonoMs, type OwnWord, takeWordChange } from './own-word.ts'
import type { CountedBoot } from './sequence.ts'
import { type Gap, type Instant, type MaintenanceWindow, type MonitoredApp, NEVER } from './types.ts'

/** A heartbeat this little behind its interval is jitter: the state `late` would only flicker. Never touches DOWN. */
const JITTER_MS = 1_000

export interface Judgement extends HeapItem, OwnWord {
  readonly id: string
  intervalMs: number
  graceMs: number
  state: AppState
  /** When the state began, epoch ms. */
  sinceMs: number
  cause: Cause
  /** The sender's words, or the reason of a maintenance; may be empty. */
  message: string
  /** Status and message of the newest heartbeat. */
  reported: Heartbeat['status']
  words: string
  /** Receipt of the first heartbeat that said so, epoch ms. */
  reportedMs: number
  /** Receipt of the last heartbeat: epoch ms (null before the first), and on the monotonic clock. */
  heardMs: number | null
  heardMonoMs: number
  /** Interval and grace run from here: the last receipt, or the moment hearing became possible again. */
  armedMonoMs: number
  armedMs: number
  /** Of the newest heartbeat, as its sender wrote them. */
  latencyMs: number | null
  seq: number | null
  at: number | null
  counted: CountedBoot[]
  /** Numbers a counting sender skipped, and heartbeats that repeated one. */
  missing: number
  repeated: number
  maintenance: { untilMs: number; reason: string } | null
}

/** A change of state before it is tied to the row that declared it. */
export interface Change {
  readonly from: AppState
  readonly to: AppState
  readonly cause: Cause
  /** Epoch ms. */
  readonly at: number
  readonly message: string
}

export function newJudgement(app: MonitoredApp): Judgement {
  return {
    id: app.id,
    deadlineMs: Number.POSITIVE_INFINITY,
    heapIndex: -1,
    intervalMs: app.intervalS * 1000,
    graceMs: app.graceS * 1000,
    state: 'new',
    sinceMs: app.registeredMs,
    cause: 'registered',
    message: '',
    reported: 'up',
    words: '',
    reportedMs: 0,
    wordMinuteMonoMs: NEVER,
    wordChanges: 0,
    heardMs: null,
    heardMonoMs: NEVER,
    armedMonoMs: NEVER,
    armedMs: 0,
    latencyMs: null,
    seq: null,
    at: null,
    counted: [],
    missing: 0,
    repeated: 0,
    maintenance: null,
  }
}

/** Monotonic ms after which `expire` is due; infinite where silence changes nothing. */
export function deadlineOf(judgement: Judgement): number {
  if (!isHeld(judgement)) return silenceDeadline(judgement, judgement.state)
  // Down is declared no later than by silence, also when it is its own word that waits.
  const silence = silenceDeadline(judgement, judgement.reported === 'up' ? 'up' : 'degraded')
  return Math.min(minuteEndMonoMs(judgement), silence)
}

function silenceDeadline({ armedMonoMs, intervalMs, graceMs }: Judgement, state: AppState): number {
  switch (state) {
    case 'up':
      return armedMonoMs + intervalMs + Math.min(JITTER_MS, graceMs / 2)
    case 'late':
    case 'degraded':
    case 'unknown':
      return armedMonoMs + intervalMs + graceMs
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** The deadline has passed unheard. Late and down are dated to the instant they became true. */
export function expire(judgement: Judgement): Change {
  if (isHeld(judgement)) return release(judgement)
  const lateAt = judgement.armedMs + judgement.intervalMs
  const late = judgement.state === 'up' && judgement.graceMs > 0
  return enter(judgement, {
    to: late ? 'late' : 'down',
    cause: 'silence',
    at: late ? lateAt : lateAt + judgement.graceMs,
  })
}

/** What it said last counts, from when it said so: its minute is over, or it has fallen silent and is judged by that. */
function release(judgement: Judgement): Change {
  // Of a minute that is not over none is left to count.
  takeWordChange(judgement, deadlineOf(judgement))
  return believe(judgement, judgement.reportedMs)
}

/** Any receipt proves life: interval and grace run anew. `takeReport` first, when the heartbeat is news. */
export function hear(judgement: Judgement, instant: Instant): Change | undefined {
  // Rows of one group commit may stand a hair out of order; a deadline never moves back.
  if (instant.monoMs > judgement.heardMonoMs) {
    judgement.heardMonoMs = instant.monoMs
    judgement.heardMs = instant.wallMs
  }
  arm(judgement, instant)
  if (judgement.state === 'maintenance') return undefined
  if (judgement.state !== judgement.reported) {
    // The end of a silence is no word of its own: silences are as far apart as its interval.
    const counts = !isOwnWord(judgement) || takeWordChange(judgement, instant.monoMs)
    return counts ? believe(judgement, instant.wallMs) : undefined
  }
  judgement.cause = causeOf(judgement.reported)
  judgement.message = judgement.words
  return undefined
}

/** Takes what a heartbeat says; liveness is `hear`. */
export function takeReport(judgement: Judgement, heartbeat: Heartbeat, instant: Instant): void {
  if (heartbeat.status !== judgement.reported) judgement.reportedMs = instant.wallMs
  judgement.reported = heartbeat.status
  judgement.latencyMs = heartbeat.latencyMs ?? null
  judgement.seq = heartbeat.seq ?? null
  judgement.at = heartbeat.at ?? null
  judgement.words = heartbeat.message ?? ''
}

/** Siaga could not hear: nobody is judged by that silence, and everybody gets interval and grace anew. */
export function loseSight(judgement: Judgement, gap: Gap): Change | undefined {
  judgement.heardMonoMs = NEVER
  forgetWordMinute(judgement)
  // Whatever the state: after a reboot, no instant of the old reckoning may be left to compare with.
  judgement.armedMonoMs = gap.to.monoMs
  judgement.armedMs = gap.to.wallMs
  if (judgement.state === 'new' || judgement.state === 'maintenance' || judgement.state === 'unknown') return undefined
  return enter(judgement, { to: 'unknown', cause: 'own-outage', at: gap.from.wallMs })
}

/**
 * Siaga could not hear, but too shortly to lose sight: the state stays, and interval and grace run anew, because a
 * heartbeat may have been sent in vain meanwhile.
 */
export function excuse(judgement: Judgement, until: Instant): void {
  if (judgement.state !== 'new') arm(judgement, until)
}

/** Opens a window, or brings an open one up to date. */
export function openMaintenance(judgement: Judgement, window: MaintenanceWindow, at: number): Change | undefined {
  judgement.maintenance = { untilMs: window.untilMs, reason: window.reason }
  judgement.message = window.reason
  if (judgement.state === 'maintenance') return undefined
  return enter(judgement, { to: 'maintenance', cause: 'maintenance', at, message: window.reason })
}

/**
 * The window is over: judged by what was heard meanwhile. Who was silent is unknown, not down, and has interval and
 * grace from the end of the window.
 */
export function endMaintenance(judgement: Judgement, end: Instant): Change {
  judgement.maintenance = null
  const at = end.wallMs
  if (judgement.heardMs === null) return enter(judgement, { to: 'new', cause: 'registered', at })
  if (judgement.heardMonoMs + judgement.intervalMs >= end.monoMs) return believe(judgement, at)
  arm(judgement, end)
  const cause = judgement.heardMonoMs === NEVER ? 'own-outage' : 'maintenance'
  return enter(judgement, { to: 'unknown', cause, at })
}

/** Takes changed registry values. A changed rhythm runs from `now`, so that it convicts nobody of the past. */
export function adopt(judgement: Judgement, app: MonitoredApp, now: Instant): void {
  const intervalMs = app.intervalS * 1000
  const graceMs = app.graceS * 1000
  if (intervalMs === judgement.intervalMs && graceMs === judgement.graceMs) return
  judgement.intervalMs = intervalMs
  judgement.graceMs = graceMs
  arm(judgement, now)
}

/** Enters the state the application itself reported last. */
function believe(judgement: Judgement, at: number): Change {
  const { reported, words } = judgement
  return enter(judgement, { to: reported, cause: causeOf(reported), at, message: words })
}

function causeOf(reported: Heartbeat['status']): Cause {
  return reported === 'up' ? 'heartbeat' : 'reported'
}

/** Never back: a window may have ended within an outage of ours that armed it later. */
function arm(judgement: Judgement, instant: Instant): void {
  if (instant.monoMs <= judgement.armedMonoMs) return
  judgement.armedMonoMs = instant.monoMs
  judgement.armedMs = instant.wallMs
}

function enter(judgement: Judgement, change: { to: AppState; cause: Cause; at: number; message?: string }): Change {
  const { to, cause, at, message = '' } = change
  const from = judgement.state
  judgement.state = to
  judgement.sinceMs = at
  judgement.cause = cause
  judgement.message = message
  return { from, to, cause, at, message }
}
