/** Every request meets the allow-table before its route: who calls is found once, and what has no row does not start. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mayCall, rowOf } from '../auth/allow-table.ts'
import type { Auth } from '../auth/auth.ts'
import { type Caller, demo, nobody, scraper } from '../auth/roles.ts'
import { sendProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, found before the route runs. */
    caller: Caller
  }
}

export interface AuthorizationOptions {
  /** Undefined in the demo, which has no login. */
  readonly auth: Auth | undefined
  readonly metricsToken: string | undefined
}

export function useAuthorization(app: FastifyInstance, options: AuthorizationOptions): void {
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      if (!rowOf(one, url)) throw new Error(`route ${one} ${url} has no row in server/auth/allow-table.ts`)
    }
  })
  app.decorateRequest('caller', { getter: () => nobody })
  app.addHook('onRequest', async (request, reply) => {
    const caller = await callerOf(request, options)
    setCaller(request, caller)
    const pattern = request.routeOptions.url
    // Nothing answers there: 404 tells a stranger no more than that.
    if (pattern === undefined || mayCall(caller, request.method, pattern)) return
    return refuse(request, reply, pattern)
  })
  // A body may be long in coming, and its session ended or its person given a factor meanwhile: what acts looks again.
  app.addHook('preHandler', async (request, reply) => {
    const { caller, method } = request
    if (caller.kind !== 'person' || method === 'GET') return
    // By its cookie: a step-up gives the session another, and what was begun with the old one gains nothing by it.
    const again = await options.auth?.personOf(request.headers.cookie)
    const now = again?.session === caller.session ? again : nobody
    setCaller(request, now)
    const pattern = request.routeOptions.url
    if (pattern !== undefined && !mayCall(now, method, pattern)) return refuse(request, reply, pattern)
  })
}

function setCaller(request: FastifyRequest, caller: Caller): void {
  Object.defineProperty(request, 'caller', { value: caller, configurable: true })
}

async function callerOf(request: FastifyRequest, { auth, metricsToken }: AuthorizationOptions): Promise<Caller> {
  if (!auth) return demo
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined && metricsToken !== undefined && equal(bearer, metricsToken)) return scraper
  return (await auth.personOf(request.headers.cookie)) ?? nobody
}

function refuse(request: FastifyRequest, reply: FastifyReply, pattern: string): FastifyReply {
  const { caller, ip, method, log } = request
  if (caller.kind !== 'nobody') {
    const actor = caller.kind === 'person' ? caller.id : caller.kind
    log.info({ actor, from: ip, method, route: pattern }, 'not allowed')
    if (caller.kind === 'person' && caller.secondFactorDue) return sendToFactor(request, reply, pattern)
    return sendProblem(
      reply,
      403,
      'Not allowed',
      'Your role does not include this; an administrator can change that.',
      'not-allowed',
    )
  }
  if (rowOf(request.method, pattern)?.page) {
    return reply.redirect(`/login?${new URLSearchParams({ next: request.url })}`, 303)
  }
  return sendProblem(reply, 401, 'Not logged in', 'Log in at /login, or send the session cookie.', 'not-logged-in')
}

/** What the role allows is told once the factor is proven. */
function sendToFactor({ method, url }: FastifyRequest, reply: FastifyReply, pattern: string): FastifyReply {
  if (rowOf(method, pattern)?.page) return reply.redirect(`/settings?${new URLSearchParams({ next: url })}`, 303)
  return sendProblem(
    reply,
    403,
    'Second factor needed',
    'Set up one-time codes or a passkey in /settings, or prove the one there is; until then this session may do nothing else.',
    'second-factor-due',
  )
}

function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
