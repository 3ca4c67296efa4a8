/** `/api/v1/session`: who am I, and logging in. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Email, SessionView } from '#contract/people.ts'
import { mayCall } from '../auth/allow-table.ts'
import type { Auth } from '../auth/auth.ts'
import {
  answered,
  Code,
  clientOf,
  Done,
  done,
  NewPassword,
  Password,
  sessionOptions,
  setCookies,
} from './logging-in.ts'
import type { Recorder } from './recorder.ts'

const Step = z.object({ step: z.enum(['done', 'code']) })
const LinkUse = z.object({
  link: z.string().max(100),
  password: NewPassword,
  name: z.string().trim().min(1).max(100).optional(),
  email: Email.optional(),
})

/** The demo has this address alone. @param pages addresses of the pages there are */
export function whoAmIRoute(auth: Auth | undefined, pages: readonly string[]): FastifyPluginAsyncZod {
  const schema = { tags: ['session'], response: { 200: SessionView } }
  return async (app) => {
    app.get('/api/v1/session', { schema }, ({ caller, headers }) => ({
      login: auth !== undefined,
      pages: pages.filter((page) => mayCall(caller, 'GET', page)),
      passkeys: auth?.passkeys.servedAt(headers.host) ?? false,
      provider: auth?.provider?.name ?? null,
      person: caller.kind === 'person' ? caller : null,
    }))
  }
}

export function sessionRoutes({ login }: Auth, record: Recorder): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/session',
      sessionOptions(z.object({ email: Email, password: Password }), Step),
      async (request, reply) => {
        const { email, password } = request.body
        const { value, cookies } = await answered(reply, login.withPassword(email, password, clientOf(request)))
        // With the code still to come too: the browser has just lost that session's cookie.
        login.endPrevious(request.caller)
        if (value.step === 'done') record(request, 'logged in', { account: value.person, by: 'password' })
        return setCookies(reply, cookies).send({ step: value.step })
      },
    )
    app.post('/api/v1/session/code', sessionOptions(z.object({ code: Code }), Done), async (request, reply) => {
      const { value, cookies } = await answered(reply, login.withCode(request.body.code, clientOf(request)))
      record(request, 'logged in', { account: value.person, by: 'password and code' })
      return setCookies(reply, cookies).send(done)
    })
    app.post(
      '/api/v1/session/link',
      sessionOptions(LinkUse, z.object({ email: z.string() })),
      async (request, reply) => {
        const { person, email } = await answered(reply, login.useLink(request.body))
        record(request, 'password set by link', { account: person })
        return { email }
      },
    )
  }
}
