/** A rate with a burst, as a pure bucket of tokens: one a message, or one a byte; refilled by the monotonic clock. */

export interface Rate {
  readonly perS: number
  /** At once after a silence. */
  readonly burst: number
}

/** What sums of fractions lose: without it a bucket that waited long enough would lack a billionth. */
const ROUNDING = 1e-9

export class TokenBucket {
  private readonly rate: Rate
  private tokens: number
  private filledMs: number

  constructor(rate: Rate, nowMs: number) {
    this.rate = rate
    this.tokens = rate.burst
    this.filledMs = nowMs
  }

  /** Takes so many tokens, if they are there. @param count at most the burst */
  take(nowMs: number, count = 1): boolean {
    this.refill(nowMs)
    if (this.tokens < count - ROUNDING) return false
    this.tokens -= count
    return true
  }

  /**
   * Takes so many whether they are there or not: what is missing is waited for by whoever comes next.
   * @param count below 0 gives so many back
   */
  owe(nowMs: number, count: number): void {
    this.refill(nowMs)
    this.tokens = Math.min(this.rate.burst, this.tokens - count)
  }

  /** Until so many are there. */
  waitMs(nowMs: number, count = 1): number {
    this.refill(nowMs)
    return this.tokens >= count - ROUNDING ? 0 : Math.ceil(((count - this.tokens) * 1000) / this.rate.perS)
  }

  private refill(nowMs: number): void {
    const passedMs = nowMs - this.filledMs
    if (passedMs <= 0) return
    this.tokens = Math.min(this.rate.burst, this.tokens + (passedMs * this.rate.perS) / 1000)
    this.filledMs = nowMs
  }
}
