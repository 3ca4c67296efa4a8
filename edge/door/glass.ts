/**
 * What lies on the sensor's glass: one touch is one decision, and a glass that is never free (wet, taped over) is told.
 * Pure but for what it remembers; times are monotonic milliseconds.
 */
import type { Sensor } from '../fingerprint/sensor.ts'

type Image = Awaited<ReturnType<Sensor['captureImage']>>

export interface Glass {
  /** What a look saw. @returns whether it is a touch to be judged: the same finger must leave first, or one touch would be many */
  saw(image: Image, atMs: number): boolean
  /** What became of the touch. */
  judged(verdict: 'decided' | 'poor'): void
  /** Nobody looked meanwhile: what lies there lies there since now. */
  looksAgain(atMs: number): void
  /** A touch was judged and its finger has not been seen to leave. */
  readonly isWaiting: boolean
}

/** Nobody holds a finger there so long; an enrolment waits as long for one. */
const BLOCKED_AFTER_MS = 30_000

/** @param onBlocked told at the first sight of a free glass, and at each change */
export function createGlass(startMs: number, onBlocked: (blocked: boolean) => void): Glass {
  let [freeMs, fingerMs] = [startMs, startMs]
  let waitsFor: 'lift' | 'better-image' | undefined
  let told: boolean | undefined
  const tell = (blocked: boolean) => {
    if (told !== blocked) onBlocked(blocked)
    told = blocked
  }
  return {
    saw(image, atMs) {
      if (image === 'captured') fingerMs = atMs
      if (image === 'no-finger') {
        freeMs = atMs
        waitsFor = undefined
        tell(false)
      }
      const isBlocked = atMs - freeMs >= BLOCKED_AFTER_MS
      if (isBlocked) {
        tell(true)
        // A sensor that has no word for "no finger" any more, or sees one in every drop, may still see a real one.
        if (waitsFor === 'better-image' || atMs - fingerMs >= BLOCKED_AFTER_MS) waitsFor = undefined
      }
      return image === 'captured' && waitsFor === undefined
    },
    judged(verdict) {
      waitsFor = verdict === 'poor' ? 'better-image' : 'lift'
    },
    looksAgain(atMs) {
      freeMs = atMs
    },
    get isWaiting() {
      return waitsFor !== undefined
    },
  }
}
