/** `/api/v1/provider-subjects`: who came by the provider, and whose account that is. Each write needs a step-up. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireStepUp } from '../auth/step-up.ts'
import { type AccountRouteParts, checked, NewAccountBody } from './account-routes.ts'
import { Done, done } from './logging-in.ts'

const SubjectList = z.object({
  subjects: z.array(
    z.object({
      id: z.string(),
      issuer: z.string(),
      subject: z.string(),
      name: z.string(),
      email: z.string(),
      /** Account; null while it waits for one. */
      account: z.string().nullable(),
      lastUsedAt: z.iso.datetime(),
    }),
  ),
})
const params = z.object({ id: z.string().max(64) })
const tags = ['accounts']

export function providerSubjectRoutes({ auth, clock, record }: AccountRouteParts): FastifyPluginAsyncZod {
  const { subjects, accounts, sessions } = auth
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.get('/api/v1/provider-subjects', { schema: { tags, response: { 200: SubjectList } } }, () => ({
      subjects: subjects.list().map(({ person, seenMs, ...subject }) => ({
        ...subject,
        account: person,
        lastUsedAt: new Date(seenMs).toISOString(),
      })),
    }))
    app.post(
      '/api/v1/provider-subjects/:id/link',
      {
        preHandler,
        schema: { tags, params, body: z.object({ account: z.string().max(64) }), response: { 200: Done } },
      },
      async (request) => {
        const { id } = request.params
        const { account } = request.body
        await checked(() => {
          accounts.require(account)
          subjects.link(id, account)
        })
        record(request, 'provider identity linked', { account, subject: id })
        return done
      },
    )
    app.post(
      '/api/v1/provider-subjects/:id/account',
      { preHandler, schema: { tags, params, body: NewAccountBody, response: { 201: Done } } },
      async (request, reply) => {
        const {
          params: { id },
          body,
        } = request
        await checked(async () => {
          subjects.requireUnlinked(id)
          const account = await accounts.create(body, clock.wallMs())
          // At once: the identity may have been given another account meanwhile, and this one is there all the same.
          record(request, 'account created', { account, role: body.role, subject: id })
          subjects.link(id, account)
        })
        return reply.code(201).send(done)
      },
    )
    app.post(
      '/api/v1/provider-subjects/:id/remove',
      { preHandler, schema: { tags, params, response: { 200: Done } } },
      async (request) => {
        const { id } = request.params
        const { person } = await checked(() => subjects.require(id))
        subjects.remove(id)
        if (person !== null) sessions.endAllOf(person)
        record(request, 'provider identity removed', { subject: id, ...(person !== null && { account: person }) })
        return done
      },
    )
  }
}
