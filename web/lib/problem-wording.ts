/** A failed call in words for the screen: what happened, what to do next, and where we have no words of our own, those of the server. */
import { problemNameOf } from '../../broker/contract/problems.ts'
import type { ApiError } from './api.ts'
import { t } from './texts.ts'
import type { ProblemText } from './texts-login-id.ts'

export interface Wording {
  readonly what: string
  readonly next: string
  /** English; empty when what is said is all there is. */
  readonly server: string
}

export function wordingOf(error: ApiError): Wording {
  const { value, retryAfterS } = error
  const [what, next, server = ''] = textOf(error)
  return {
    what: value === '' ? what : `${what}: ${value}`,
    next: retryAfterS > 0 ? `${t.login.waiting(retryAfterS)}.` : next,
    server,
  }
}

function textOf({ type, status, title, message }: ApiError): ProblemText | readonly [...ProblemText, server: string] {
  const name = problemNameOf(type)
  if (name !== undefined) return t.problems[name]
  // No answer, or one of another shape: the page's own words.
  if (status < 400) return [title, message]
  return [
    ...(t.problemsByStatus[status] ?? (status < 500 ? t.problemRefused : t.problemBroken)),
    `${title}: ${message}`,
  ]
}
