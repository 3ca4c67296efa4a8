/** Bounds on what a door hears and says about commands. Pure; time is a parameter, in milliseconds of one clock. */

const MINUTE_MS = 60_000

export interface RateLimit {
  /** True when one more within the minute before `nowMs` is allowed; it then counts. */
  allow(nowMs: number): boolean
}

export function createRateLimit(perMinute: number): RateLimit {
  let recentMs: number[] = []
  return {
    allow(nowMs) {
      recentMs = recentMs.filter((atMs) => nowMs - atMs < MINUTE_MS)
      if (recentMs.length >= perMinute) return false
      recentMs.push(nowMs)
      return true
    },
  }
}

/** Lets a few through and counts the rest, so that a flood of bad commands cannot fill the outbox. */
export function createFloodGate(perMinute: number): { take(nowMs: number): { suppressed: number } | undefined } {
  const limit = createRateLimit(perMinute)
  let suppressed = 0
  return {
    take(nowMs) {
      if (!limit.allow(nowMs)) {
        suppressed += 1
        return undefined
      }
      const told = { suppressed }
      suppressed = 0
      return told
    },
  }
}
