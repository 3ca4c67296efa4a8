/** `/api/v1/identities`: applications, gateways, doors and vantages that may speak, and their tokens. Writes need a step-up. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Identity, identityName } from '#contract/access.ts'
import { Id } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Credential, Credentials } from '../../broker/identity/credentials.ts'
import type { EnrolmentCodes } from '../../broker/identity/enrolment-codes.ts'
import { requireStepUp } from '../auth/step-up.ts'
import type { Registry } from '../registry/registry.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

/** A shift, a weekend, or a week to bring the new token to its place; the older one ends by itself. */
const OVERLAP_HOURS_MAX = 168
const HOUR_MS = 3_600_000
/** The server's own token is made anew at each of its starts. */
const roles = ['app', 'gateway', 'door', 'vantage'] as const

export interface IdentityRouteParts {
  readonly credentials: Pick<Credentials, 'list' | 'tokensOf' | 'issue' | 'revoke' | 'end' | 'setApps'>
  readonly enrolmentCodes: EnrolmentCodes
  readonly registry: Pick<Registry, 'apps' | 'devices'>
  /** Epoch ms by issue. */
  readonly lastUses: () => ReadonlyMap<string, number>
  readonly clock: Clock
  readonly record: Recorder
}

const Issue = z.string().regex(/^[0-9a-f]{16}$/, 'a token is named by 16 hex digits')
const IdentityList = z.object({
  identities: z.array(
    z.object({
      username: z.string(),
      role: z.string(),
      id: z.string(),
      name: z.string().nullable(),
      /** Of a gateway: the applications it speaks for; null means all. */
      apps: z.array(z.string()).nullable(),
      /** That work now, newest first. */
      tokens: z.array(
        z.object({
          /** Of its hash: names it, and tells nothing of it. */
          token: Issue,
          createdAt: z.iso.datetime(),
          lastUsedAt: z.iso.datetime().nullable(),
          /** Of the older one of an overlap; null means until it is replaced or ended. */
          until: z.iso.datetime().nullable(),
        }),
      ),
    }),
  ),
  /** Devices that have not used their code yet. */
  enrolments: z.array(z.object({ username: z.string(), until: z.iso.datetime() })),
})
const Apps = z.array(Id).min(1).max(1_000)
const NewIdentity = z.object({
  role: z.enum(roles),
  id: Id,
  name: z.string().trim().min(1).max(100).optional(),
  apps: Apps.optional(),
})
/** The token is shown this once. */
const Issued = z.object({ id: z.string(), username: z.string(), password: z.string() })
const Username = z.string().max(100)
const Done = z.object({ result: z.literal('done') })
const done = { result: 'done' as const }
const tags = ['identities']

export function identityRoutes(parts: IdentityRouteParts): FastifyPluginAsyncZod {
  const { clock, record } = parts
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.get('/api/v1/identities', { schema: { tags, response: { 200: IdentityList } } }, () => ({
      identities: listIdentities(parts),
      enrolments: parts.enrolmentCodes
        .open()
        .map(({ username, untilMs }) => ({ username, until: new Date(untilMs).toISOString() })),
    }))
    app.post(
      '/api/v1/identities',
      { preHandler, schema: { tags, body: NewIdentity, response: { 201: Issued } } },
      async (request, reply) => {
        const { body } = request
        const credential = addIdentity(parts, body)
        record(request, 'identity added', { identity: credential.username })
        return reply.code(201).send(credential)
      },
    )
    await app.register(identityChangeRoutes(parts))
  }
}

function identityChangeRoutes(parts: IdentityRouteParts): FastifyPluginAsyncZod {
  const { credentials, clock, record } = parts
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.post(
      '/api/v1/identities/rotate',
      {
        preHandler,
        schema: {
          tags,
          body: z.object({ username: Username, overlapHours: z.int().min(0).max(OVERLAP_HOURS_MAX) }),
          response: { 200: Issued },
        },
      },
      async (request, reply) => {
        const { username, overlapHours } = request.body
        const credential = credentials.issue(requireIdentity(parts, username), { overlapMs: overlapHours * HOUR_MS })
        // Or the device could bring back the token that ends now.
        parts.enrolmentCodes.revoke(username)
        record(request, 'token replaced', { identity: username })
        return reply.send(credential)
      },
    )
    app.post(
      '/api/v1/identities/apps',
      {
        preHandler,
        schema: { tags, body: z.object({ username: Username, apps: Apps.nullable() }), response: { 200: Done } },
      },
      (request) => {
        const { username, apps } = request.body
        requireGateway(parts, username)
        requireApps(parts, apps ?? [])
        credentials.setApps(username, apps ?? undefined)
        record(request, 'applications changed', { identity: username, apps: apps?.join(' ') ?? '*' })
        return done
      },
    )
    await app.register(identityEndRoutes(parts))
  }
}

function identityEndRoutes(parts: IdentityRouteParts): FastifyPluginAsyncZod {
  const { credentials, clock, record } = parts
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.post(
      '/api/v1/identities/end-token',
      { preHandler, schema: { tags, body: z.object({ username: Username, token: Issue }), response: { 200: Done } } },
      (request) => {
        const { username, token } = request.body
        requireIdentity(parts, username)
        if (!credentials.end(username, token)) {
          throw new HttpProblem(404, 'Not found', `"${username}" has no token "${token}".`, 'token-unknown')
        }
        // Or the device could bring it back.
        parts.enrolmentCodes.revoke(username)
        record(request, 'token ended', { identity: username, token })
        return done
      },
    )
    app.post(
      '/api/v1/identities/revoke',
      { preHandler, schema: { tags, body: z.object({ username: Username }), response: { 200: Done } } },
      (request) => {
        const { username } = request.body
        if (!parts.enrolmentCodes.revoke(username)) requireIdentity(parts, username)
        credentials.revoke(username)
        record(request, 'identity revoked', { identity: username })
        return done
      },
    )
  }
}

function listIdentities({
  credentials,
  registry,
  lastUses,
}: IdentityRouteParts): z.input<typeof IdentityList>['identities'] {
  const used = lastUses()
  return credentials.list().map((identity) => {
    const { role, id, apps } = identity
    const username = identityName(identity)
    return {
      username,
      role,
      id,
      name: nameOf(registry, identity),
      apps: apps ? [...apps] : null,
      tokens: credentials.tokensOf(username).map(({ identity: { createdAt, issue }, expiresAt }) => ({
        token: issue,
        createdAt: new Date(createdAt).toISOString(),
        lastUsedAt: isoOrNull(used.get(issue)),
        until: isoOrNull(expiresAt),
      })),
    }
  })
}

const isoOrNull = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())

function nameOf({ apps, devices }: IdentityRouteParts['registry'], { role, id }: Identity): string | null {
  if (role === 'app') return apps.get(id)?.name ?? null
  if (role !== 'door' && role !== 'vantage') return null
  return devices.list(role).find((device) => device.id === id)?.name ?? null
}

function addIdentity(parts: IdentityRouteParts, body: z.output<typeof NewIdentity>): Credential {
  const { credentials, registry } = parts
  const { role, id, name, apps } = body
  if (credentials.list().some((one) => one.role === role && one.id === id)) {
    const username = `${role}:${id}`
    throw new HttpProblem(
      409,
      'Not done',
      `"${username}" has a token: replace it instead.`,
      'identity-exists',
      username,
    )
  }
  requireApps(parts, role === 'app' ? [id] : (apps ?? []))
  if (role === 'door' || role === 'vantage') registry.devices.add(role, id, name)
  return credentials.issue({ role, id, ...(role === 'gateway' && apps && { apps }) })
}

function requireApps({ registry }: IdentityRouteParts, apps: readonly string[]): void {
  const missing = apps.find((one) => registry.apps.get(one) === undefined)
  if (missing === undefined) return
  throw new HttpProblem(409, 'Not done', `No application "${missing}" is registered.`, 'app-unknown', missing)
}

function requireGateway(parts: IdentityRouteParts, username: string): void {
  if (requireIdentity(parts, username).role === 'gateway') return
  throw new HttpProblem(409, 'Not done', `"${username}" is no gateway: it speaks for itself alone.`)
}

/** As it is: a gateway keeps the applications it is limited to. The server's own token is nobody's to touch. */
function requireIdentity({ credentials }: IdentityRouteParts, username: string): Identity {
  const found = credentials.list().find((identity) => identityName(identity) === username && identity.role !== 'server')
  if (!found) throw new HttpProblem(404, 'Not found', `There is no "${username}".`, 'identity-unknown', username)
  const { role, id, apps } = found
  return apps ? { role, id, apps } : { role, id }
}
