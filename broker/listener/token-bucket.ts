/** A rate with a burst, as a pure bucket of tokens: one a message, refilled by the monotonic clock. */

export interface Rate {
  readonly perS: number
  /** Messages at once after a silence. */
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

  /** Takes one token, if there is one. */
  take(nowMs: number): boolean {
    this.refill(nowMs)
    if (this.tokens < 1 - ROUNDING) return false
    this.tokens -= 1
    return true
  }

  /** Until the next token. */
  waitMs(nowMs: number): number {
    this.refill(nowMs)
    return this.tokens >= 1 - ROUNDING ? 0 : Math.ceil(((1 - this.tokens) * 1000) / this.rate.perS)
  }

  private refill(nowMs: number): void {
    const passedMs = nowMs - this.filledMs
    if (passedMs <= 0) return
    this.tokens = Math.min(this.rate.burst, this.tokens + (passedMs * this.rate.perS) / 1000)
    this.filledMs = nowMs
  }
}
