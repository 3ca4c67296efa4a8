/** Every guess at a password, code or link: slowed down by the brake, refused alike whatever was wrong. */
import { APIError } from 'better-auth/api'
import type { Clock } from '#runtime/clock.ts'
import { GuessBrake } from './guess-brake.ts'
import { LoginRefusedError, LoginSlowedError } from './login-errors.ts'

/** The library's own rest after ten wrong codes in a row. */
const SECOND_FACTOR_REST_MS = 900_000

export class Guessing {
  private readonly clock: Pick<Clock, 'monoMs'>
  private readonly brake = new GuessBrake()

  constructor(clock: Pick<Clock, 'monoMs'>) {
    this.clock = clock
  }

  /**
   * Counted as a failure until it is none, so that guesses made side by side wait as those made in turn.
   * @throws LoginRefusedError, LoginSlowedError, and whatever failed that was no guess
   */
  async attempt<T>(keys: readonly string[], attempt: () => Promise<T>): Promise<T> {
    const nowMs = this.clock.monoMs()
    const waitMs = Math.max(...keys.map((key) => this.brake.waitMs(key, nowMs)))
    if (waitMs > 0) throw new LoginSlowedError(waitMs)
    const undo = keys.map((key) => this.brake.failed(key, nowMs))
    try {
      const answer = await attempt()
      for (const key of keys) this.brake.succeeded(key)
      return answer
    } catch (error) {
      const refusal = refusalOf(error)
      if (!refusal || isNoGuess(error)) for (const back of undo) back()
      throw refusal ?? error
    }
  }
}

/**
 * A code without a login that waits for it (or with one that another guess is just at) is judged by nobody, and so is one
 * while the library lets the account rest.
 */
function isNoGuess(error: unknown): boolean {
  return error instanceof APIError && (error.body?.code === 'INVALID_TWO_FACTOR_COOKIE' || error.statusCode === 429)
}

/** @returns undefined when something failed that was no guess */
export function refusalOf(error: unknown): LoginRefusedError | LoginSlowedError | undefined {
  if (error instanceof LoginRefusedError) return error
  if (!(error instanceof APIError) || error.statusCode >= 500) return undefined
  const code = error.body?.code
  if (code === 'INVALID_TWO_FACTOR_COOKIE' || code === 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE') {
    return new LoginRefusedError('code-late', 'the time or the tries for the code are over: begin again')
  }
  if (error.statusCode === 429) return new LoginSlowedError(SECOND_FACTOR_REST_MS)
  return new LoginRefusedError('not-accepted', 'wrong name, password or code')
}
