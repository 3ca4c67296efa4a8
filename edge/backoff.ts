/** How long to wait before trying again: exponential with full jitter, so that many agents never come back at once. */
const BACKOFF_MIN_MS = 1_000
const BACKOFF_MAX_MS = 30_000

/** @param attempt failures so far, from 0 @param random in [0, 1) @returns 1 to 30 s */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** attempt)
  return BACKOFF_MIN_MS + random * (ceiling - BACKOFF_MIN_MS)
}
