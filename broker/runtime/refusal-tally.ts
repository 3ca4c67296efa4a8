/** Refusals in the log, and what else may come in floods: the first at once, the rest as a sum, so that nobody can fill the disk. */
import type { Log } from './log.ts'

const SUM_EVERY_MS = 10_000

/** Who, and why. */
type Refusal = Readonly<Record<string, unknown>>

interface TallyOptions {
  /** Lines in ten seconds before the rest is a sum. */
  readonly linesMax?: number
  readonly level?: 'info' | 'warn' | 'error'
}

export class RefusalTally {
  private readonly log: Log
  private readonly what: string
  private readonly linesMax: number
  private readonly level: 'info' | 'warn' | 'error'
  private readonly timer: NodeJS.Timeout
  private count = 0
  private last: Refusal | undefined

  /** @param what as in "connection refused" */
  constructor(log: Log, what: string, { linesMax = 1, level = 'info' }: TallyOptions = {}) {
    this.log = log
    this.what = what
    this.linesMax = linesMax
    this.level = level
    this.timer = setInterval(() => this.sum(), SUM_EVERY_MS)
  }

  note(refusal: Refusal): void {
    this.last = refusal
    this.count += 1
    if (this.count <= this.linesMax) this.log[this.level](refusal, this.what)
  }

  close(): void {
    clearInterval(this.timer)
    this.sum()
  }

  private sum(): void {
    const more = this.count - this.linesMax
    if (more > 0) this.log.warn({ count: more, last: this.last }, `again: ${this.what}`)
    this.count = 0
  }
}
