/** The words of the monitor (design §3.4, §4): instants, what is monitored, and the transitions it declares. */
import type { AppState, Cause } from '#contract/states.ts'

/** An instant that is none on the present reckoning of the monotonic clock. */
export const NEVER = Number.NEGATIVE_INFINITY

/** Moment of broker receipt. Judgement compares `monoMs` only; `wallMs` dates what is declared. */
export interface Instant {
  /** CLOCK_MONOTONIC of the journal writer's host, milliseconds; restarts with its kernel. */
  readonly monoMs: number
  /** Epoch milliseconds of the same moment; may step. */
  readonly wallMs: number
}

/** Receipt of one journal row, whatever it carries: the proof that the ingest path was alive at that moment. */
export interface Receipt extends Instant {
  /** Kernel boot id that `monoMs` counts in. */
  readonly boot: string
  /** Journal row id. */
  readonly rowId: number
  /** True of the row with which the journal's writer began: from the row before it until then nothing could be heard. */
  readonly begins?: boolean
}

/** A stretch in which Siaga could not hear. `to` may lie in another boot than `from`. */
export interface Gap {
  readonly from: Instant
  readonly to: Instant
}

export interface MonitoredApp {
  readonly id: string
  readonly intervalS: number
  readonly graceS: number
  /** When it became known, epoch ms: the beginning of its state `new`. */
  readonly registeredMs: number
}

/** A planned window, epoch ms; `untilMs` is exclusive. */
export interface MaintenanceWindow {
  readonly app: string
  readonly fromMs: number
  readonly untilMs: number
  readonly reason: string
  /** When somebody planned it: a window announced late never hides what happened before. */
  readonly announcedMs: number
}

/** One change of state, declared once and never altered. */
export interface Transition {
  readonly app: string
  readonly from: AppState
  readonly to: AppState
  readonly cause: Cause
  /** When it became true, epoch ms: the deadline for silence, the receipt for a report, the plan for maintenance. */
  readonly at: number
  /** Receipt of the row that made it certain, epoch ms. */
  readonly declaredAt: number
  /** Journal row that made it certain. */
  readonly rowId: number
  /** The sender's words for a report, the reason of a maintenance, else empty. */
  readonly message: string
}

/** A counting sender skipped numbers: `first` to `last` of its `boot` had not come when a later one did. */
export interface SequenceGap {
  readonly app: string
  readonly boot: string
  readonly first: number
  readonly last: number
  readonly rowId: number
}
