/** What the routes of `/api/v1/session` share: their schemas, who asks, and failures of logging in as problem documents. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '#contract/people.ts'
import { networkOf } from '#runtime/network.ts'
import { AccountError } from '../auth/accounts.ts'
import { BreachedListAwayError } from '../auth/breached-passwords.ts'
import type { Client } from '../auth/cookies.ts'
import { LoginRefusedError, LoginSlowedError } from '../auth/login-errors.ts'
import { PasswordsBusyError } from '../auth/passwords.ts'
import { ProviderAwayError } from '../auth/provider.ts'
import type { Caller, Person } from '../auth/roles.ts'
import { HttpProblem } from './problem.ts'

/** From one address, over all accounts; a shift changes with some ten people at one desk. */
const LOGIN_LIMIT = { rateLimit: { max: 60, timeWindow: 60_000 } }
const BODY_BYTES_MAX = 2_048

export const Password = z.string().max(PASSWORD_LENGTH_MAX)
export const NewPassword = z
  .string()
  .min(PASSWORD_LENGTH_MIN, `a password has at least ${PASSWORD_LENGTH_MIN} characters`)
  .max(PASSWORD_LENGTH_MAX)
/** Of the app, or a recovery code with what people type between its letters. */
export const Code = z.string().trim().min(6).max(60)
export const Done = z.object({ result: z.literal('done') })
export const done = { result: 'done' as const }

export function sessionOptions<B extends z.ZodType, R extends z.ZodType>(body: B, answer: R) {
  return {
    bodyLimit: BODY_BYTES_MAX,
    config: LOGIN_LIMIT,
    schema: { tags: ['session'], body, response: { 200: answer } },
  }
}

export function clientOf({ headers, ip }: FastifyRequest): Client {
  return { cookie: headers.cookie, address: ip, network: networkOf(ip), agent: headers['user-agent'] ?? '' }
}

export function requirePerson(caller: Caller): Person {
  if (caller.kind !== 'person') throw new HttpProblem(401, 'Not logged in', 'Log in first.', 'not-logged-in')
  return caller
}

export function setCookies(reply: FastifyReply, cookies: readonly string[]): FastifyReply {
  return reply.header('set-cookie', [...cookies])
}

/** Failures of logging in as problem documents. */
export async function answered<T>(reply: FastifyReply, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { log, ip } = reply.request
    if (error instanceof Error)
      log.info({ from: ip, reason: error.message, route: reply.request.routeOptions.url }, 'login refused')
    if (error instanceof LoginRefusedError) throw new HttpProblem(401, 'Not accepted', error.message, error.problem)
    if (error instanceof AccountError) throw new HttpProblem(409, 'Not done', error.message, error.problem)
    if (error instanceof PasswordsBusyError) {
      throw new HttpProblem(503, 'Busy', 'Too many log in at once; try again.', 'busy')
    }
    if (error instanceof BreachedListAwayError) {
      log.error({ reason: error.message }, 'no password can be set')
      throw new HttpProblem(
        503,
        'List away',
        'The list of published passwords cannot be read, so no password is taken; its place is SIAGA_BREACHED_PASSWORDS.',
        'password-list-away',
      )
    }
    if (error instanceof ProviderAwayError) {
      throw new HttpProblem(503, 'Provider away', 'The login provider does not answer; try again.', 'provider-away')
    }
    if (!(error instanceof LoginSlowedError)) throw error
    reply.header('retry-after', Math.ceil(error.waitMs / 1000))
    throw new HttpProblem(429, 'Too many tries', error.message, 'too-many-tries')
  }
}
