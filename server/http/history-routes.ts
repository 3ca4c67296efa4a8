/** What technicians ask of the past: `GET /api/v1/series` and `/api/v1/transitions`. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Id } from '#contract/identifiers.ts'
import { ownOpd } from '../auth/roles.ts'
import type { Registry } from '../registry/registry.ts'
import { toCsv } from '../series/csv.ts'
import { parseSeriesQuery, SeriesParameters, type SeriesQuery } from '../series/query.ts'
import type { HttpParts } from './parts.ts'
import { HttpProblem } from './problem.ts'
import { SeriesResult, TransitionList } from './schemas.ts'

const RANGE_MAX_MS = 400 * 86_400_000
const Time = z.iso.datetime({ offset: true, error: 'expected ISO 8601 with zone, as 2026-11-24T03:00:00Z' })

export function historyRoutes({ clock, series, registry }: HttpParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/series',
      {
        schema: {
          tags: ['history'],
          summary: 'Roll-ups of heartbeats and door events',
          // Decoded by parseSeriesQuery, whose messages name the parameter and a right example.
          querystring: z
            .record(z.string(), z.string())
            .meta({ properties: z.toJSONSchema(SeriesParameters, { io: 'input' }).properties }),
          response: {
            200: {
              content: { 'application/json': { schema: SeriesResult }, 'text/csv': { schema: z.string() } },
            },
          },
        },
      },
      async (request, reply) => {
        const query = ownSeriesQuery(parseSeriesQuery(request.query, clock.wallMs()), ownOpd(request.caller))
        const answer = await series.query(query)
        if (query.format === 'json') return answer as z.output<typeof SeriesResult>
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="siaga-series.csv"')
          .serializer((text: unknown) => String(text))
          .send(toCsv(answer) as never)
      },
    )
    app.get(
      '/api/v1/transitions',
      {
        schema: {
          tags: ['history'],
          summary: 'Changes of state of one application, each dated to when it became true',
          querystring: z.object({ app: Id, from: Time, to: Time }),
          response: { 200: TransitionList },
        },
      },
      (request) => {
        const { app: id, from, to } = request.query
        requireOwnApp(registry, id, ownOpd(request.caller))
        const period = { fromMs: Date.parse(from), untilMs: Date.parse(to) }
        if (period.fromMs >= period.untilMs || period.untilMs - period.fromMs > RANGE_MAX_MS) {
          throw new HttpProblem(400, 'Bad query', `from ${from} must be before to ${to}, at most 400 days apart`)
        }
        const history = registry.transitions.ofApp(id, period)
        return {
          before: history.initialSinceMs === null ? null : history.initial,
          transitions: history.transitions.map((transition, index) => ({
            id: index,
            app: transition.app,
            from: transition.from,
            to: transition.to,
            cause: transition.cause,
            at: new Date(transition.at).toISOString(),
            declaredAt: new Date(transition.declaredAt).toISOString(),
            message: transition.message,
          })),
        }
      },
    )
  }
}

/** An OPD's owner asks of their own applications alone, whatever the question says. */
function ownSeriesQuery(query: SeriesQuery, opd: string | null): SeriesQuery {
  if (opd === null) return query
  if (query.measurement !== 'heartbeat') {
    throw new HttpProblem(403, 'Not allowed', `Your role may ask for heartbeat, not for ${query.measurement}.`)
  }
  return { ...query, where: [...query.where.filter(({ tag }) => tag !== 'opd'), { tag: 'opd', values: [opd] }] }
}

/** Says of another's application no more than of one there is not. */
function requireOwnApp(registry: Registry, id: string, opd: string | null): void {
  if (opd === null || registry.apps.get(id)?.opd === opd) return
  throw new HttpProblem(404, 'Not found', `No application "${id}" of yours is registered.`)
}
