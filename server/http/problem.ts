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
  /** What of the request it is about, for a page to name. */
  value: z.string().optional(),
})

/** An answer that is an error on purpose: `detail` says what, with which value, and what to do next. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly title: string
  /** For problems a page tells apart. */
  readonly problem: ProblemName | undefined
  /** What of the request it is about. */
  readonly value: string | undefined

  constructor(status: number, title: string, detail: string, problem?: ProblemName, value?: string) {
    super(detail)
    this.status = status
    this.title = title
    this.problem = problem
    this.value = value
  }
}

export function sendProblem(
  reply: FastifyReply,
  status: number,
  title: string,
  detail: string,
  problem?: ProblemName,
): FastifyReply {
  return send(reply, problemDocument(status, title, detail, problem))
}

export function problemDocument(
  status: number,
  title: string,
  detail: string,
  problem?: ProblemName,
): z.output<typeof Problem> {
  return { type: typeOf(problem), title, status, detail }
}

const typeOf = (problem: ProblemName | undefined) => (problem ? problemType(problem) : 'about:blank')

function send(reply: FastifyReply, body: z.output<typeof Problem>): FastifyReply {
  return reply
    .code(body.status)
    .type('application/problem+json')
    .serializer((document: unknown) => JSON.stringify(document))
    .send(body)
}

export function useProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof HttpProblem) {
      const { status, title, message: detail, problem, value } = error
      return send(reply, { type: typeOf(problem), title, status, detail, ...(value !== undefined && { value }) })
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
