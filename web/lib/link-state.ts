/** When the page may claim to show the present (design §4, promise 3): a judgement on facts and time, nothing else. */
import type { IngestView } from '../../broker/contract/live.ts'

/** `connecting`: nothing received yet. `late`: still shown, marked. `cut`: nothing on the page is current. */
export type LinkState = 'connecting' | 'live' | 'late' | 'cut'

/** No pulse for longer than this: the footer turns amber. Pulses come each second. */
export const LATE_AFTER_MS = 3000
/** No pulse for this long: DATA TERPUTUS. The second that is left of the promised 5 s is for a late message, a tick and a paint on a busy machine. */
export const CUT_AFTER_MS = 4000
/** How often the page judges; part of the 5 s promise. */
export const JUDGE_EVERY_MS = 250

export interface LinkFacts {
  connected: boolean
  ingest: IngestView['state']
  /** Age of the last pulse or snapshot; null when none ever came. */
  pulseAgeMs: number | null
  /** How long the page has waited for its first snapshot. */
  waitingMs: number
  /** How long frames are known to be missing; null when none are. */
  gapAgeMs: number | null
}

export function judgeLink(facts: LinkFacts): LinkState {
  if (facts.pulseAgeMs === null) return facts.waitingMs >= CUT_AFTER_MS ? 'cut' : 'connecting'
  if (facts.ingest === 'down') return 'cut'
  const oldestMs = Math.max(facts.pulseAgeMs, facts.gapAgeMs ?? 0)
  if (oldestMs >= CUT_AFTER_MS) return 'cut'
  if (oldestMs > LATE_AFTER_MS || facts.ingest === 'late' || !facts.connected) return 'late'
  return 'live'
}

/** One reading of both clocks of the page, ms. */
export interface PageTime {
  /** Steady, but may stand still while the machine sleeps. */
  monotonicMs: number
  /** Runs on during sleep, but may be stepped. */
  wallMs: number
}

/** Time since `earlier`: the larger of both clocks, so neither a sleep nor a clock step makes old facts look fresh. */
export function elapsedMs(earlier: PageTime, now: PageTime): number {
  return Math.max(0, now.monotonicMs - earlier.monotonicMs, now.wallMs - earlier.wallMs)
}

/** A pulse that travelled longer than the one before must not turn the clock back by a second for a moment. */
const JITTER_MS = 2000

/** The clock to show: `estimatedMs`, unless it lies only a moment before what is already shown. Epoch ms, full seconds. */
export function steadySecond(shownMs: number, estimatedMs: number): number {
  const second = Math.floor(estimatedMs / 1000) * 1000
  return second < shownMs && shownMs - second <= JITTER_MS ? shownMs : second
}
