/** What one identity may send, over all its connections: so many packets and so many bytes a second. Pure. */
import { type Rate, TokenBucket } from './token-bucket.ts'

/**
 * One that goes into quarantine counts as so many: nobody has seen yet what the most expensive one costs. Honest senders
 * have none, and one that errs once a second does not feel it.
 */
const QUARANTINED_PACKETS = 100

export interface AllowedRates {
  readonly packets: Rate
  /** Its burst holds the largest packet. */
  readonly bytes: Rate
}

export class Allowance {
  private readonly packets: TokenBucket
  private readonly bytes: TokenBucket

  constructor({ packets, bytes }: AllowedRates, nowMs: number) {
    this.packets = new TokenBucket(packets, nowMs)
    this.bytes = new TokenBucket(bytes, nowMs)
  }

  /** Takes a packet of this size, if it may pass now. */
  take(nowMs: number, packetBytes: number): boolean {
    if (this.waitMs(nowMs, packetBytes) > 0) return false
    return this.packets.take(nowMs) && this.bytes.take(nowMs, packetBytes)
  }

  /** One that has passed went into quarantine. */
  quarantined(nowMs: number): void {
    this.packets.owe(nowMs, QUARANTINED_PACKETS - 1)
  }

  /** Until it may pass. */
  waitMs(nowMs: number, packetBytes: number): number {
    return Math.max(this.packets.waitMs(nowMs), this.bytes.waitMs(nowMs, packetBytes))
  }
}
