/** `/api/v1/session`: who am I, logging in and out, and one's own password and second factor. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, SessionView } from '#contract/people.ts'
import { AccountError } from '../auth/accounts.ts'
import { mayCall } from '../auth/allow-table.ts'
import type { Auth } from '../auth/auth.ts'
import { LoginRefusedError, LoginSlowedError } from '../auth/login.ts'
import { PasswordsBusyError } from '../auth/passwords.ts'
import type { Caller, Person } from '../auth/roles.ts'
import { HttpProblem } from './problem.ts'

/** From one address, over all accounts; a shift changes with some ten people at one desk. */
const LOGIN_LIMIT = { rateLimit: { max: 60, timeWindow: 60_000 } }
const BODY_BYTES_MAX = 2_048

const Password = z.string().max(PASSWORD_LENGTH_MAX)
const NewPassword = z
  .string()
  .min(PASSWORD_LENGTH_MIN, `a password has at least ${PASSWORD_LENGTH_MIN} characters`)
  .max(PASSWORD_LENGTH_MAX)
const Email = z.email().max(200)
const Code = z.string().trim().min(6).max(20)
const Step = z.object({ step: z.enum(['done', 'code']) })
const Done = z.object({ result: z.literal('done') })
const done = { result: 'done' as const }

/** The demo has this address alone. @param pages addresses of the pages there are */
export function whoAmIRoute(login: boolean, pages: readonly string[]): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/session', { schema: { tags: ['session'], response: { 200: SessionView } } }, ({ caller }) => ({
      login,
      pages: pages.filter((page) => mayCall(caller, 'GET', page)),
      person: caller.kind === 'person' ? caller : null,
    }))
  }
}

export function sessionRoutes({ login }: Auth): FastifyPluginAsyncZod {
  const attempt = ({ headers, ip }: FastifyRequest) => ({ cookie: headers.cookie, from: ip })
  return async (app) => {
    app.post(
      '/api/v1/session',
      options(z.object({ email: Email, password: Password }), Step),
      async (request, reply) => {
        const { email, password } = request.body
        const { value, cookies } = await answered(reply, login.withPassword(email, password, attempt(request)))
        return setCookies(reply, cookies).send({ step: value })
      },
    )
    app.post('/api/v1/session/code', options(z.object({ code: Code }), Done), async (request, reply) => {
      const { cookies } = await answered(reply, login.withCode(request.body.code, attempt(request)))
      return setCookies(reply, cookies).send(done)
    })
    app.post(
      '/api/v1/session/link',
      options(
        z.object({
          link: z.string().max(100),
          password: NewPassword,
          name: z.string().trim().min(1).max(100).optional(),
          email: Email.optional(),
        }),
        z.object({ email: z.string() }),
      ),
      (request, reply) => answered(reply, login.useLink(request.body, request.ip)),
    )
    await app.register(ownAccount(login))
  }
}

function ownAccount(login: Auth['login']): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/api/v1/session/end', options(z.unknown(), Done), async (request, reply) => {
      const cookies = await login.end(request.headers.cookie, requirePerson(request.caller))
      return setCookies(reply, cookies).send(done)
    })
    app.post(
      '/api/v1/session/password',
      options(z.object({ current: Password, next: NewPassword }), Done),
      async ({ caller, body, headers }, reply) => {
        const person = requirePerson(caller)
        await answered(reply, login.changePassword(person, body.current, body.next, headers.cookie))
        return done
      },
    )
    app.post(
      '/api/v1/session/totp',
      options(z.object({ password: Password }), z.object({ uri: z.string(), recoveryCodes: z.array(z.string()) })),
      ({ caller, body, headers }, reply) =>
        answered(reply, login.beginTotp(requirePerson(caller), body.password, headers.cookie)),
    )
    for (const act of ['totp/confirm', 'step-up'] as const) {
      app.post(`/api/v1/session/${act}`, options(z.object({ code: Code }), Done), async (request, reply) => {
        const { caller, body, headers } = request
        const { cookies } = await answered(reply, login.proveTotp(requirePerson(caller), body.code, headers.cookie))
        return setCookies(reply, cookies).send(done)
      })
    }
  }
}

function options<B extends z.ZodType, R extends z.ZodType>(body: B, answer: R) {
  return {
    bodyLimit: BODY_BYTES_MAX,
    config: LOGIN_LIMIT,
    schema: { tags: ['session'], body, response: { 200: answer } },
  }
}

function requirePerson(caller: Caller): Person {
  if (caller.kind !== 'person') throw new HttpProblem(401, 'Not logged in', 'Log in first.', 'not-logged-in')
  return caller
}

function setCookies(reply: FastifyReply, cookies: readonly string[]): FastifyReply {
  return reply.header('set-cookie', [...cookies])
}

/** Failures of logging in as problem documents. */
async function answered<T>(reply: FastifyReply, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof LoginRefusedError) throw new HttpProblem(401, 'Not accepted', error.message, error.problem)
    if (error instanceof AccountError) throw new HttpProblem(409, 'Not done', error.message, error.problem)
    if (error instanceof PasswordsBusyError) {
      throw new HttpProblem(503, 'Busy', 'Too many log in at once; try again.', 'busy')
    }
    if (!(error instanceof LoginSlowedError)) throw error
    reply.header('retry-after', Math.ceil(error.waitMs / 1000))
    throw new HttpProblem(429, 'Too many tries', error.message, 'too-many-tries')
  }
}
