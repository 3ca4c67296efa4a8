/** Heartbeats by HTTP: `POST /api/v1/heartbeat/{app}` with a bearer token, and `/hb/{token}` for a cron line with curl. */
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Identity, identityName, publishRight } from '#contract/access.ts'
import { decodeText } from '#contract/codec.ts'
import type { HeartbeatInput } from '#contract/heartbeat.ts'
import { Id } from '#contract/identifiers.ts'
import { topicName } from '#contract/topics.ts'
import { networkOf } from '#runtime/network.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import { Accepted } from './schemas.ts'

/** Leaves room for `via` and `request` within the channel's limit. */
const PUSH_BYTES_MAX = 3_500

/**
 * Of one token: an application says it lives each half minute, a gateway speaks for all of them. They come in by the
 * server's own connection to the broker, so the broker's rates for each identity do not see them.
 */
const PUSHES_PER_S = { app: 30, gateway: 600 }

/** What a query string can carry of a heartbeat. */
const QueryHeartbeat = z.object({
  status: z.string().optional(),
  latencyMs: z.coerce.number().optional(),
  message: z.string().optional(),
  boot: z.string().optional(),
  seq: z.coerce.number().optional(),
})

export function heartbeatRoutes(parts: HttpParts): FastifyPluginAsyncZod {
  const byBearer = pushRate((request) => parts.identityOf(bearerOf(request) ?? ''))
  const byAddress = pushRate((request) => parts.identityOf((request.params as { token: string }).token))
  const accept = async (identity: Identity, app: string, heartbeat: HeartbeatInput) => {
    if (!parts.isRegistered(app)) {
      throw new HttpProblem(
        404,
        'Not registered',
        `No application "${app}" is registered; add it with: npm run admin -- apps import FILE`,
      )
    }
    const result = await parts.pushes.push(app, heartbeat, identityName(identity))
    if (result === 'unavailable') {
      throw new HttpProblem(
        503,
        'Not recorded',
        'The journal did not take the heartbeat; send it again in a few seconds.',
      )
    }
    return { result }
  }

  return async (app) => {
    // Any media type: curl sends a form type by default, and the body is decoded by the contract alone.
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: PUSH_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    )
    app.removeContentTypeParser(['application/json', 'text/plain'])

    app.post(
      '/api/v1/heartbeat/:app',
      {
        bodyLimit: PUSH_BYTES_MAX,
        config: byBearer,
        schema: {
          tags: ['heartbeat'],
          security: [{ token: [] }],
          params: z.object({ app: Id }),
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        const token = bearerOf(request)
        const identity = token ? parts.identityOf(token) : undefined
        const mayPush = identity && publishRight(identity, topicName('heartbeat', { app: request.params.app }))
        if (!mayPush) {
          throw new HttpProblem(
            401,
            'Not authorized',
            'The bearer token is missing, unknown, or not for this application.',
          )
        }
        return reply.code(202).send(await accept(identity, request.params.app, decodeBody(request.body)))
      },
    )
    app.route({
      method: ['GET', 'POST'],
      url: '/hb/:token',
      bodyLimit: PUSH_BYTES_MAX,
      config: byAddress,
      schema: {
        tags: ['heartbeat'],
        params: z.object({ token: z.string().max(100) }),
        querystring: QueryHeartbeat,
        response: { 202: Accepted },
      },
      handler: async (request, reply) => {
        const identity = parts.heartbeatUrls ? parts.identityOf(request.params.token) : undefined
        // A gateway speaks for many applications, and this address names none.
        if (identity?.role !== 'app') throw new HttpProblem(404, 'Not found', 'No such heartbeat address.')
        const heartbeat = request.body ? decodeBody(request.body) : decodeBody(JSON.stringify(request.query))
        return reply.code(202).send(await accept(identity, identity.id, heartbeat))
      },
    })
  }
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
}

/** By identity; of an unknown token by network address. */
function pushRate(identityOf: (request: FastifyRequest) => Identity | undefined) {
  const keyGenerator = (request: FastifyRequest) => {
    const identity = identityOf(request)
    return identity ? identityName(identity) : networkOf(request.ip)
  }
  const max = (_: FastifyRequest, key: string) => (key.startsWith('gateway:') ? PUSHES_PER_S.gateway : PUSHES_PER_S.app)
  return { rateLimit: { max, timeWindow: 1_000, keyGenerator } }
}

function decodeBody(body: unknown): HeartbeatInput {
  const decoded = decodeText('heartbeat', typeof body === 'string' ? body : '')
  if (!decoded.ok) throw new HttpProblem(400, 'Bad heartbeat', decoded.reason)
  // Who pushed, and which request, is for the server to say.
  const { via: _via, request: _request, ...heartbeat } = decoded.value
  return heartbeat
}
