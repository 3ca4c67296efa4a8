/** Refusals in the log: the first at once, a flood of them as a sum, so that nobody can fill the disk. */
import type { Log } from './log.ts'

const SUM_EVERY_MS = 10_000

/** Who, and why. */
type Refusal = Readonly<Record<string, string>>

export class RefusalTally {
  private readonly log: Log
  private readonly what: string
  private readonly timer: NodeJS.Timeout
  private count = 0
  private last: Refusal | undefined

  /** @param what as in "connection refused" */
  constructor(log: Log, what: string) {
    this.log = log
    this.what = what
    this.timer = setInterval(() => this.sum(), SUM_EVERY_MS)
  }

  note(refusal: Refusal): void {
    this.last = refusal
    this.count += 1
    if (this.count === 1) this.log.info(refusal, this.what)
  }

  close(): void {
    clearInterval(this.timer)
    this.sum()
  }

  private sum(): void {
    if (this.count > 1) this.log.warn({ count: this.count - 1, last: this.last }, `again: ${this.what}`)
    this.count = 0
  }
}
