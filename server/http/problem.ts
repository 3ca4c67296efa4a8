/** Errors as RFC 9457 problem documents; nothing of the inside leaves with them. */
import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type ProblemName, problemType } from '#contract/problems.ts'
import { SeriesQueryError } from '../series/query.ts'

/** Body of an error. */
export const Problem = z.object({
  /** `about:blank`, or one that pages tell apart (contract/problems.ts). */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
})

/** An answer that is an error on purpose: `detail` says what, with which value, and what to do next. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly title: string
  /** For problems a page tells apart. */
  readonly problem: ProblemName | undefined

  constructor(status: number, title: string, detail: string, problem?: ProblemName) {
    super(detail)
    this.status = status
    this.title = title
    this.problem = problem
  }
}

export function sendProblem(
  reply: FastifyReply,
  status: number,
  title: string,
  detail: string,
  problem?: ProblemName,
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((document: unknown) => JSON.stringify(document))
    .send(problemDocument(status, title, detail, problem))
}

export function problemDocument(
  status: number,
  title: string,
  detail: string,
  problem?: ProblemName,
): z.output<typeof Problem> {
  return { type: problem ? problemType(problem) : 'about:blank', title, status, detail }
}

export function useProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof HttpProblem) {
      return sendProblem(reply, error.status, error.title, error.message, error.problem)
    }
    if (error instanceof SeriesQueryError) return sendProblem(reply, 400, 'Bad query', error.message)
    if (hasZodFastifySchemaValidationErrors(error)) {
      const issues = error.validation.map(
        (issue) => `${issue.instancePath.slice(1) || 'request'}: ${issue.message ?? ''}`,
      )
      return sendProblem(reply, 400, 'Bad request', issues.join('; '))
    }
    if (error.statusCode && error.statusCode < 500) {
      return sendProblem(reply, error.statusCode, STATUS_CODES[error.statusCode] ?? 'Bad request', error.message)
    }
    request.log.error({ err: error, route: request.routeOptions.url }, 'request failed')
    return sendProblem(
      reply,
      500,
      'Internal error',
      'The request could not be answered; the log of the server says why.',
    )
  })
}
