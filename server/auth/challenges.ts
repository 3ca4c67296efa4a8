/** Challenges of WebAuthn ceremonies under way: each is answered once, within minutes, for the purpose it was made for. */

/** The time a browser gives somebody to find the key. */
export const CHALLENGE_LIVES_MS = 300_000
/** At some 200 bytes each; past it the oldest ends, and whoever waited for it begins again. */
const CHALLENGES_MAX = 10_000

interface Open {
  readonly purpose: string
  readonly untilMs: number
}

export class Challenges {
  private readonly open = new Map<string, Open>()

  /** @param challenge as the browser will send it back @param nowMs CLOCK_MONOTONIC */
  add(challenge: string, purpose: string, nowMs: number): void {
    this.open.set(challenge, { purpose, untilMs: nowMs + CHALLENGE_LIVES_MS })
    const oldest = this.open.keys().next()
    if (this.open.size > CHALLENGES_MAX && !oldest.done) this.open.delete(oldest.value)
  }

  /** @returns false when it is unknown, was answered, is too old, or was made for something else */
  take(challenge: string, purpose: string, nowMs: number): boolean {
    const found = this.open.get(challenge)
    this.open.delete(challenge)
    return found !== undefined && found.purpose === purpose && nowMs < found.untilMs
  }
}
