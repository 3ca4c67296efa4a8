/** How logging in fails, for the routes to tell. */
import type { ProblemName } from '#contract/problems.ts'

/** Wrong name, password, code or key: one answer for all that is guessed, so that it says nothing of which. */
export class LoginRefusedError extends Error {
  override readonly name = 'LoginRefusedError'
  readonly problem: ProblemName

  constructor(problem: ProblemName, message: string) {
    super(message)
    this.problem = problem
  }
}

/** Too many wrong guesses. */
export class LoginSlowedError extends Error {
  override readonly name = 'LoginSlowedError'
  readonly waitMs: number

  constructor(waitMs: number) {
    super(`too many wrong tries: wait ${Math.ceil(waitMs / 1000)} s`)
    this.waitMs = waitMs
  }
}
