/** `GET /api/v1/audit`: who did what, newest first. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AuditPage } from '#contract/audit.ts'
import { AUDIT_PAGE_MAX, type AuditLog } from '../audit/audit-log.ts'

const PAGE = 100
const Query = z.object({
  /** Number of the first entry not wanted. */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(AUDIT_PAGE_MAX).default(PAGE),
})

export function auditRoutes(audit: Pick<AuditLog, 'list'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/audit',
      { schema: { tags: ['accounts'], querystring: Query, response: { 200: AuditPage } } },
      ({ query: { before, limit } }) => {
        const entries = audit.list(limit, before)
        const oldest = entries.at(-1)?.number ?? 1
        return { entries, next: oldest > 1 ? oldest : null }
      },
    )
  }
}
