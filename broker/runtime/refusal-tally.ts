/** Refused connections in the log: the first at once, a flood of them as a sum, so that nobody can fill the disk. */
import type { Log } from '#runtime/log.ts'

const SUM_EVERY_MS = 10_000

export class RefusalTally {
  private readonly log: Log
  private readonly timer: NodeJS.Timeout
  private count = 0
  private last: { address: string; reason: string } | undefined

  constructor(log: Log) {
    this.log = log
    this.timer = setInterval(() => this.sum(), SUM_EVERY_MS)
  }

  note(address: string, reason: string): void {
    this.last = { address, reason }
    this.count += 1
    if (this.count === 1) this.log.info(this.last, 'connection refused')
  }

  close(): void {
    clearInterval(this.timer)
    this.sum()
  }

  private sum(): void {
    if (this.count > 1) this.log.warn({ count: this.count - 1, last: this.last }, 'more connections refused')
    this.count = 0
  }
}
