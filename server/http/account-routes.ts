/** `/api/v1/accounts`: who may log in, and as what. Each write needs a step-up. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Email } from '#contract/people.ts'
import type { Clock } from '#runtime/clock.ts'
import { AccountError } from '../auth/accounts.ts'
import type { Auth } from '../auth/auth.ts'
import { LINK_MAX_MS } from '../auth/one-time-links.ts'
import { roles } from '../auth/roles.ts'
import { requireStepUp } from '../auth/step-up.ts'
import { requirePerson } from './logging-in.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

export interface AccountRouteParts {
  readonly auth: Auth
  readonly clock: Clock
  readonly record: Recorder
}

const standing = { role: z.enum(roles), opd: z.string().trim().min(1).max(200).nullable() }
export const NewAccountBody = z.object({
  name: z.string().trim().min(1).max(100),
  email: Email,
  ...standing,
})
const AccountList = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      ...standing,
      disabled: z.boolean(),
      hasTotp: z.boolean(),
      /** How many. */
      passkeys: z.int(),
      /** False while the one-time link was not used. */
      hasPassword: z.boolean(),
      /** Whether some identity of the login provider is linked to it. */
      byProvider: z.boolean(),
      sessions: z.int(),
      lastUsedAt: z.iso.datetime().nullable(),
      /** While a one-time link waits for its use. */
      linkUntil: z.iso.datetime().nullable(),
    }),
  ),
})
const Issued = z.object({ link: z.string(), until: z.iso.datetime() })
const Done = z.object({ result: z.literal('done') })
const done = { result: 'done' as const }
const tags = ['accounts']
const Params = z.object({ id: z.string().max(64) })

export function accountRoutes(parts: AccountRouteParts): FastifyPluginAsyncZod {
  const { auth, clock, record } = parts
  return async (app) => {
    app.get('/api/v1/accounts', { schema: { tags, response: { 200: AccountList } } }, () => ({
      accounts: auth.accounts.list(clock.wallMs()).map(({ seenMs, linkUntilMs, ...account }) => ({
        ...account,
        lastUsedAt: isoOrNull(seenMs),
        linkUntil: isoOrNull(linkUntilMs),
      })),
    }))
    app.post(
      '/api/v1/accounts',
      { preHandler: requireStepUp(clock), schema: { tags, body: NewAccountBody, response: { 201: Issued } } },
      async (request, reply) => {
        const { body } = request
        const id = await checked(() => auth.accounts.create(body, clock.wallMs()))
        record(request, 'account created', { account: id, role: body.role })
        return reply.code(201).send(issue(parts, id))
      },
    )
    await app.register(accountChangeRoutes(parts))
    await app.register(accountAccessRoutes(parts))
  }
}

function accountChangeRoutes(parts: AccountRouteParts): FastifyPluginAsyncZod {
  const { auth, clock, record } = parts
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.post(
      '/api/v1/accounts/:id/role',
      { preHandler, schema: { tags, params: Params, body: z.object(standing), response: { 200: Done } } },
      async (request) => {
        const { params, body } = request
        await checked(() => auth.accounts.setStanding(params.id, body))
        record(request, 'role changed', { account: params.id, role: body.role })
        return done
      },
    )
    app.post(
      '/api/v1/accounts/:id/disabled',
      {
        preHandler,
        schema: { tags, params: Params, body: z.object({ disabled: z.boolean() }), response: { 200: Done } },
      },
      async (request) => {
        const { params, body } = request
        await checked(() => auth.accounts.setDisabled(params.id, body.disabled))
        record(request, body.disabled ? 'account disabled' : 'account enabled', { account: params.id })
        return done
      },
    )
    app.post(
      '/api/v1/accounts/:id/remove',
      { preHandler, schema: { tags, params: Params, response: { 200: Done } } },
      async (request) => {
        const { id } = request.params
        await checked(() => auth.accounts.remove(id, requirePerson(request.caller).id))
        record(request, 'account removed', { account: id })
        return done
      },
    )
  }
}

/** How a person gets in, and what they are in by. */
function accountAccessRoutes(parts: AccountRouteParts): FastifyPluginAsyncZod {
  const { auth, clock, record } = parts
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.post(
      '/api/v1/accounts/:id/link',
      { preHandler, schema: { tags, params: Params, response: { 200: Issued } } },
      async (request) => {
        const { id } = request.params
        await checked(() => auth.accounts.require(id))
        auth.sessions.endAllOf(id)
        record(request, 'one-time link issued', { account: id })
        return issue(parts, id)
      },
    )
    app.post(
      '/api/v1/accounts/:id/link/end',
      { preHandler, schema: { tags, params: Params, response: { 200: Done } } },
      async (request) => {
        const { id } = request.params
        await checked(() => auth.accounts.require(id))
        auth.links.endOf(id)
        record(request, 'one-time link ended', { account: id })
        return done
      },
    )
    app.post(
      '/api/v1/accounts/:id/end',
      { preHandler, schema: { tags, params: Params, response: { 200: Done } } },
      async (request) => {
        const { id } = request.params
        await checked(() => auth.accounts.require(id))
        auth.sessions.endAllOf(id)
        record(request, 'sessions ended', { account: id })
        return done
      },
    )
  }
}

const isoOrNull = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

function issue({ auth, clock }: AccountRouteParts, person: string): z.output<typeof Issued> {
  const nowMs = clock.wallMs()
  return { link: auth.links.issue(person, nowMs), until: new Date(nowMs + LINK_MAX_MS).toISOString() }
}

/** Refusals of accounts as problem documents. */
export async function checked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AccountError) throw new HttpProblem(409, 'Not done', error.message, error.problem)
    throw error
  }
}
