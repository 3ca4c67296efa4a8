/**
 * Logins in the order they came, a few at each turn of the event loop: thousands of devices that come back at once
 * would otherwise be one turn of seconds, in which no message of anybody else is read or acknowledged.
 */

/** A login costs about a millisecond with what follows it, so a turn stays below some 40 ms. */
const LOGINS_A_TURN = 32

export class LoginQueue {
  /** Bounded by the connections: each waits once. */
  private waiting: (() => void)[] = []
  private next = 0

  /** @param proceed called at its turn, never at once */
  enter(proceed: () => void): void {
    if (this.waiting.length === 0) setImmediate(() => this.turn())
    this.waiting.push(proceed)
  }

  private turn(): void {
    const until = Math.min(this.next + LOGINS_A_TURN, this.waiting.length)
    for (; this.next < until; this.next++) this.waiting[this.next]?.()
    if (this.next < this.waiting.length) {
      setImmediate(() => this.turn())
      return
    }
    this.waiting = []
    this.next = 0
  }
}
