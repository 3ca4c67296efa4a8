/** `GET /api/v1/status`, `/healthz`, `/readyz`, `/metrics`. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Snapshot } from '#contract/live.ts'
import type { AppState } from '#contract/states.ts'
import { ownOpd } from '../auth/roles.ts'
import { filterSnapshot } from '../live/audience.ts'
import { regions } from '../registry/regions.ts'
import type { HttpParts } from './parts.ts'
import { ReadinessResult, Status } from './schemas.ts'

const abnormal: readonly AppState[] = ['down', 'degraded', 'unknown']

export function statusRoutes({ snapshot, readiness, series, metrics }: HttpParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/v1/status', { schema: { tags: ['status'], response: { 200: Status } } }, ({ caller }) => {
      const opd = ownOpd(caller)
      const live = opd === null ? snapshot() : filterSnapshot(snapshot(), opd)
      const { store, influxState } = series.status()
      return {
        version: live.version,
        serverTime: live.serverTime,
        demo: live.demo,
        ingest: live.ingest,
        apps: live.apps,
        doors: live.doors,
        regions: countRegions(live),
        sources: { journal: live.ingest, series: { store, influx: influxState } },
      }
    })
    app.get(
      '/healthz',
      { schema: { tags: ['operation'], response: { 200: z.object({ status: z.literal('ok') }) } } },
      () => ({
        status: 'ok' as const,
      }),
    )
    app.get(
      '/readyz',
      { schema: { tags: ['operation'], response: { 200: ReadinessResult, 503: ReadinessResult } } },
      async (_, reply) => {
        const result = readiness()
        return reply.code(result.ready ? 200 : 503).send(result)
      },
    )
    app.get(
      '/metrics',
      {
        schema: {
          tags: ['operation'],
          response: { 200: { content: { 'application/openmetrics-text': { schema: z.string() } } } },
        },
      },
      async (_, reply) => {
        const { contentType, text } = await metrics()
        return reply.type(contentType).send(text)
      },
    )
  }
}

function countRegions({ apps }: Snapshot): z.output<typeof Status>['regions'] {
  return regions.map(({ id, name }) => {
    const here = apps.filter((app) => app.region === id)
    return { id, name, apps: here.length, abnormal: here.filter((app) => abnormal.includes(app.state)).length }
  })
}
