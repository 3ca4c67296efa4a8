/** Logging in by the provider, and the way back: the browser returns to a page of ours, which goes on from the same site. */
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import type { Auth } from '../auth/auth.ts'
import { FLOW_LIVES_MS, type Provider } from '../auth/provider.ts'
import { answered, clientOf, sessionOptions, setCookies } from './logging-in.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

/** A code and a state; some providers make long ones. */
const SEARCH_LENGTH_MAX = 4_000
const bodyLimit = 8 * 1024
const NEXT_LENGTH_MAX = 1_000

export interface ProviderRouteParts {
  readonly auth: Auth
  readonly provider: Provider
  readonly clock: Clock
  readonly secureCookies: boolean
  readonly record: Recorder
}

export function providerRoutes(parts: ProviderRouteParts): FastifyPluginAsyncZod {
  const { auth, provider, clock, secureCookies, record } = parts
  const cookie = flowCookie(secureCookies)
  return async (app) => {
    app.post(
      '/api/v1/session/provider',
      sessionOptions(z.object({ next: z.string().max(NEXT_LENGTH_MAX) }), z.object({ address: z.url() })),
      async (request, reply) => {
        const { address, flow } = await answered(reply, provider.begin(request.body.next))
        return setCookies(reply, [cookie.line(flow)]).send({ address })
      },
    )
    app.post(
      '/api/v1/session/provider/return',
      {
        ...sessionOptions(z.object({ search: z.string().max(SEARCH_LENGTH_MAX) }), z.object({ next: z.string() })),
        bodyLimit,
      },
      async (request, reply) => {
        const { next, twoFactors, ...subject } = await answered(
          reply,
          provider.finish(cookie.read(request), request.body.search),
        )
        setCookies(reply, [cookie.gone])
        const person = auth.subjects.came(subject, clock.wallMs())
        if (person === null) {
          throw new HttpProblem(
            403,
            'No access yet',
            'The provider knows you; an administrator of Siaga has to say what you may. Ask one, then log in again.',
            'access-not-given',
          )
        }
        // Even so a dangerous act asks for a factor of ours.
        const proof = twoFactors ? 'both-factors-elsewhere' : 'one-factor'
        const cookies = await answered(reply, auth.login.begin(person, clientOf(request), proof))
        auth.login.endPrevious(request.caller)
        record(request, 'logged in', { account: person, by: 'provider' })
        return setCookies(reply, [cookie.gone, ...cookies]).send({ next })
      },
    )
  }
}

/** Ties the way back to the browser that went: without it a stranger's login could be put under somebody. */
function flowCookie(secure: boolean) {
  const name = secure ? '__Host-siaga.provider' : 'siaga.provider'
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return {
    line: (flow: string) => `${name}=${flow}; Max-Age=${FLOW_LIVES_MS / 1000}; ${attributes}`,
    gone: `${name}=; Max-Age=0; ${attributes}`,
    read: ({ headers }: FastifyRequest) =>
      (headers.cookie ?? '')
        .split('; ')
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1) ?? '',
  }
}
