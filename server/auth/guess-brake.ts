/** Slows guessing of passwords and codes down, and locks nobody out: each further failure doubles the wait, to a limit. */

const FREE_FAILURES = 4
const FIRST_WAIT_MS = 1_000
const WAIT_MAX_MS = 60_000
/** After this without a failure the count begins anew. */
const FORGET_MS = 15 * 60_000
/** At some 100 bytes each; past it the oldest is forgotten, which costs the guesser an address each. */
const KEYS_MAX = 20_000

interface Failures {
  readonly count: number
  readonly lastMs: number
}

/** How long the next try has to wait. Pure. */
function waitAfter(failures: Failures | undefined, nowMs: number): number {
  if (!failures || failures.count < FREE_FAILURES || nowMs - failures.lastMs >= FORGET_MS) return 0
  const waitMs = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** (failures.count - FREE_FAILURES))
  return Math.max(0, failures.lastMs + waitMs - nowMs)
}

export class GuessBrake {
  private readonly failures = new Map<string, Failures>()

  /** @param nowMs CLOCK_MONOTONIC */
  waitMs(key: string, nowMs: number): number {
    return waitAfter(this.failures.get(key), nowMs)
  }

  /** @returns takes it back: it was no guess after all */
  failed(key: string, nowMs: number): () => void {
    const before = this.failures.get(key)
    const count = before && nowMs - before.lastMs < FORGET_MS ? before.count + 1 : 1
    this.failures.delete(key)
    this.failures.set(key, { count, lastMs: nowMs })
    const oldest = this.failures.keys().next()
    if (this.failures.size > KEYS_MAX && !oldest.done) this.failures.delete(oldest.value)
    return () => this.takeBack(key, { before, atMs: nowMs })
  }

  /** One less than now, not what was before: guesses made meanwhile stay counted. */
  private takeBack(key: string, { before, atMs }: { before: Failures | undefined; atMs: number }): void {
    const now = this.failures.get(key)
    if (!now) return
    const lastMs = now.lastMs === atMs && before ? before.lastMs : now.lastMs
    if (now.count <= 1) this.failures.delete(key)
    else this.failures.set(key, { count: now.count - 1, lastMs })
  }

  succeeded(key: string): void {
    this.failures.delete(key)
  }
}
