/** A failed call in words for the screen: what happened, and what to do next. */
import { problemNameOf } from '../../broker/contract/problems.ts'
import type { ApiError } from './api.ts'
import { t } from './texts.ts'
import type { ProblemText } from './texts-login-id.ts'

export function wordingOf(error: ApiError): ProblemText {
  const name = problemNameOf(error.type)
  return name === undefined ? [error.title, error.message] : t.problems[name]
}
