/** A code of the app opens once: whoever looked over the shoulder comes too late. */

/** Three steps of 30 s: the one before, this and the next are accepted. */
const CODE_LIVES_MS = 90_000

export class UsedCodes {
  /** Bounded by codes that were right within 90 s. */
  private readonly until = new Map<string, number>()

  /** @returns false when this person used it before. @param nowMs CLOCK_MONOTONIC */
  take(person: string, code: string, nowMs: number): boolean {
    for (const [key, untilMs] of this.until) if (untilMs <= nowMs) this.until.delete(key)
    const key = `${person} ${code}`
    if (this.until.has(key)) return false
    this.until.set(key, nowMs + CODE_LIVES_MS)
    return true
  }
}
