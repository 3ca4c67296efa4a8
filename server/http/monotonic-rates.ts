/**
 * Counts of the rate limits by a clock that nobody sets. The library's own store goes by the wall clock: set back by hours, it
 * would refuse every application for as long.
 */
import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { Clock } from '#runtime/clock.ts'

/** Of each route, at some 100 bytes each; past it the one counted longest ago begins anew. */
const KEYS_MAX = 5_000

interface Window {
  current: number
  readonly beganMs: number
}

export function monotonicRates(clock: Pick<Clock, 'monoMs'>): FastifyRateLimitStoreCtor {
  return class Rates implements FastifyRateLimitStore {
    private readonly windows = new Map<string, Window>()

    incr(
      key: string,
      done: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs = 0,
    ): void {
      const nowMs = clock.monoMs()
      const known = this.windows.get(key)
      const window = known && nowMs - known.beganMs < windowMs ? known : { current: 0, beganMs: nowMs }
      window.current += 1
      this.windows.delete(key)
      this.windows.set(key, window)
      const oldest = this.windows.keys().next()
      if (this.windows.size > KEYS_MAX && !oldest.done) this.windows.delete(oldest.value)
      done(null, { current: window.current, ttl: window.beganMs + windowMs - nowMs })
    }

    /** Each route counts by itself. */
    child(): FastifyRateLimitStore {
      return new Rates()
    }
  }
}
