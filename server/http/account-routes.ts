/** `/api/v1/accounts`, `/api/v1/identities`: who may log in, and which tokens there are. Each write needs a step-up. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { identityName } from '#contract/access.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Credentials } from '../../broker/identity/credentials.ts'
import { AccountError } from '../auth/accounts.ts'
import type { Auth } from '../auth/auth.ts'
import { LINK_MAX_MS } from '../auth/one-time-links.ts'
import { type Caller, roles } from '../auth/roles.ts'
import { requireStepUp } from '../auth/step-up.ts'
import { HttpProblem } from './problem.ts'

export interface AccountRouteParts {
  readonly auth: Auth
  readonly credentials: Pick<Credentials, 'list' | 'revoke'>
  readonly clock: Clock
  readonly log: Log
}

const standing = { role: z.enum(roles), opd: z.string().trim().min(1).max(200).nullable() }
const AccountList = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      ...standing,
      disabled: z.boolean(),
      hasTotp: z.boolean(),
      /** False while the one-time link was not used. */
      hasPassword: z.boolean(),
      sessions: z.int(),
    }),
  ),
})
const IdentityList = z.object({
  identities: z.array(z.object({ username: z.string(), role: z.string(), id: z.string(), createdAt: z.string() })),
})
const Issued = z.object({ link: z.string(), until: z.iso.datetime() })
const Done = z.object({ result: z.literal('done') })
const done = { result: 'done' as const }
const Params = z.object({ id: z.string().max(64) })

export function accountRoutes(parts: AccountRouteParts): FastifyPluginAsyncZod {
  const { auth, clock } = parts
  const preHandler = requireStepUp(clock)
  const record = recorder(parts.log)
  const issue = (person: string) => ({
    link: auth.links.issue(person, clock.wallMs()),
    until: new Date(clock.wallMs() + LINK_MAX_MS).toISOString(),
  })
  return async (app) => {
    app.get('/api/v1/accounts', { schema: { tags: ['accounts'], response: { 200: AccountList } } }, () => ({
      accounts: auth.accounts.list(),
    }))
    app.post(
      '/api/v1/accounts',
      {
        preHandler,
        schema: {
          tags: ['accounts'],
          body: z.object({ name: z.string().trim().min(1).max(100), email: z.email().max(200), ...standing }),
          response: { 201: Issued },
        },
      },
      async ({ body, caller }, reply) => {
        const id = await checked(() => auth.accounts.create(body, clock.wallMs()))
        record(caller, 'account created', { account: id, role: body.role })
        return reply.code(201).send(issue(id))
      },
    )
    app.post(
      '/api/v1/accounts/:id/role',
      {
        preHandler,
        schema: { tags: ['accounts'], params: Params, body: z.object(standing), response: { 200: Done } },
      },
      async ({ params: { id }, body, caller }) => {
        await checked(() => auth.accounts.setStanding(id, body))
        record(caller, 'role changed', { account: id, role: body.role })
        return done
      },
    )
    app.post(
      '/api/v1/accounts/:id/disabled',
      {
        preHandler,
        schema: {
          tags: ['accounts'],
          params: Params,
          body: z.object({ disabled: z.boolean() }),
          response: { 200: Done },
        },
      },
      async ({ params: { id }, body, caller }) => {
        await checked(() => auth.accounts.setDisabled(id, body.disabled))
        record(caller, body.disabled ? 'account disabled' : 'account enabled', { account: id })
        return done
      },
    )
    app.post(
      '/api/v1/accounts/:id/link',
      { preHandler, schema: { tags: ['accounts'], params: Params, response: { 200: Issued } } },
      async ({ params: { id }, caller }) => {
        await checked(() => auth.accounts.require(id))
        auth.sessions.endAllOf(id)
        record(caller, 'one-time link issued', { account: id })
        return issue(id)
      },
    )
    app.post(
      '/api/v1/accounts/:id/end',
      { preHandler, schema: { tags: ['accounts'], params: Params, response: { 200: Done } } },
      async ({ params: { id }, caller }) => {
        auth.sessions.endAllOf(id)
        record(caller, 'sessions ended', { account: id })
        return done
      },
    )
    await app.register(identityRoutes(parts, record))
  }
}

type Record = ReturnType<typeof recorder>

function identityRoutes({ credentials, clock }: AccountRouteParts, record: Record): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/identities', { schema: { tags: ['identities'], response: { 200: IdentityList } } }, () => ({
      identities: credentials.list().map((identity) => ({
        username: identityName(identity),
        role: identity.role,
        id: identity.id,
        createdAt: new Date(identity.createdAt).toISOString(),
      })),
    }))
    app.post(
      '/api/v1/identities/revoke',
      {
        preHandler: requireStepUp(clock),
        schema: {
          tags: ['identities'],
          body: z.object({ username: z.string().max(100) }),
          response: { 200: Done },
        },
      },
      async ({ body: { username }, caller }) => {
        if (!credentials.revoke(username)) throw new HttpProblem(404, 'Not found', `There is no "${username}".`)
        record(caller, 'identity revoked', { identity: username })
        return done
      },
    )
  }
}

/** Who did what to whom, by ids: names stay out of the log. */
function recorder(log: Log) {
  return (caller: Caller, act: string, about: Readonly<Partial<{ account: string; role: string; identity: string }>>) =>
    log.info({ actor: caller.kind === 'person' ? caller.id : caller.kind, ...about }, act)
}

async function checked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AccountError) throw new HttpProblem(409, 'Not done', error.message, error.problem)
    throw error
  }
}
