/** One's own account: logging out, password, second factor, recovery codes, and where one is logged in. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import type { Auth } from '../auth/auth.ts'
import { type Caller, hasSecondFactor, type Person } from '../auth/roles.ts'
import { checkMayAddFactor, checkStepUp, requireStepUp } from '../auth/step-up.ts'
import {
  answered,
  Code,
  clientOf,
  Done,
  done,
  NewPassword,
  Password,
  requirePerson,
  sessionOptions,
  setCookies,
} from './logging-in.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

const SessionList = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      beganAt: z.iso.datetime(),
      lastUsedAt: z.iso.datetime(),
      address: z.string(),
      /** User-Agent of the browser. */
      agent: z.string(),
      /** The one that asks. */
      current: z.boolean(),
    }),
  ),
})
const WithPassword = z.object({ password: Password })
const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) })

export function ownAccountRoutes(auth: Auth, clock: Clock, record: Recorder): FastifyPluginAsyncZod {
  const { login } = auth
  return async (app) => {
    app.post('/api/v1/session/end', sessionOptions(z.unknown(), Done), async (request, reply) => {
      const cookies = await login.end(clientOf(request), requirePerson(request.caller))
      return setCookies(reply, cookies).send(done)
    })
    app.post(
      '/api/v1/session/password',
      sessionOptions(z.object({ current: Password, next: NewPassword }), Done),
      async (request, reply) => {
        const { current, next } = request.body
        return answered(
          reply,
          auth.inTurn(proven(request.caller, clock), async (person) => {
            checkMayAddFactor(person, clock)
            await login.changePassword(person, { current, next }, clientOf(request))
            record(request, 'password changed', { account: person.id })
            return done
          }),
        )
      },
    )
    await app.register(secondFactorRoutes(auth, clock, record))
    await app.register(ownSessionRoutes(auth, clock))
  }
}

function secondFactorRoutes({ login, inTurn }: Auth, clock: Clock, record: Recorder): FastifyPluginAsyncZod {
  const preHandler = requireStepUp(clock)
  return async (app) => {
    app.post(
      '/api/v1/session/totp',
      sessionOptions(WithPassword, RecoveryCodes.extend({ uri: z.string() })),
      (request, reply) => {
        const begin = (person: Person) => {
          checkMayAddFactor(person, clock)
          return login.beginTotp(person, request.body.password, clientOf(request))
        }
        return answered(reply, inTurn(requirePerson(request.caller), begin))
      },
    )
    const withCode = sessionOptions(z.object({ code: Code }), Done)
    type WithCode = FastifyRequest<{ Body: z.output<typeof withCode.schema.body> }>
    const prove = async (request: WithCode, reply: FastifyReply, check: (person: Person) => void) => {
      const proveNow = async (person: Person) => {
        check(person)
        const cookies = await login.proveTotp(person, request.body.code, clientOf(request))
        if (!person.hasTotp) record(request, 'codes set up', { account: person.id })
        return cookies
      }
      const cookies = await answered(reply, inTurn(requirePerson(request.caller), proveNow))
      return setCookies(reply, cookies).send(done)
    }
    app.post('/api/v1/session/totp/confirm', withCode, (request, reply) =>
      // It may have been begun before a passkey was made.
      prove(request, reply, (person) => checkMayAddFactor(person, clock)),
    )
    app.post('/api/v1/session/step-up', withCode, (request, reply) =>
      prove(request, reply, (person) => checkHasCodes(person, clock)),
    )
    app.post(
      '/api/v1/session/totp/remove',
      { preHandler, ...sessionOptions(WithPassword, Done) },
      async (request, reply) => {
        const remove = async (person: Person) => {
          checkStepUp(person, clock)
          const cookies = await login.removeTotp(person, request.body.password, clientOf(request))
          record(request, 'codes removed', { account: person.id })
          return cookies
        }
        const cookies = await answered(reply, inTurn(requirePerson(request.caller), remove))
        return setCookies(reply, cookies).send(done)
      },
    )
    app.post(
      '/api/v1/session/recovery-codes',
      { preHandler, ...sessionOptions(WithPassword, RecoveryCodes) },
      async (request, reply) => {
        const renew = async (person: Person) => {
          checkStepUp(person, clock)
          const codes = await login.renewRecoveryCodes(person, request.body.password, clientOf(request))
          record(request, 'recovery codes renewed', { account: person.id })
          return { recoveryCodes: [...codes] }
        }
        return answered(reply, inTurn(requirePerson(request.caller), renew))
      },
    )
  }
}

function ownSessionRoutes({ sessions }: Auth, clock: Clock): FastifyPluginAsyncZod {
  const tags = ['session']
  return async (app) => {
    app.get('/api/v1/sessions', { schema: { tags, response: { 200: SessionList } } }, ({ caller }) => {
      const person = requirePerson(caller)
      return {
        sessions: sessions.ofPerson(person.id, clock.wallMs()).map(({ beganMs, seenMs, ...session }) => ({
          ...session,
          beganAt: new Date(beganMs).toISOString(),
          lastUsedAt: new Date(seenMs).toISOString(),
          current: session.id === person.session,
        })),
      }
    })
    app.post(
      '/api/v1/sessions/end-others',
      { schema: { tags, response: { 200: z.object({ ended: z.int() }) } } },
      ({ caller }) => {
        const person = proven(caller, clock)
        return { ended: sessions.endOthersOf(person.id, person.session) }
      },
    )
    app.post(
      '/api/v1/sessions/:id/end',
      { schema: { tags, params: z.object({ id: z.string().max(64) }), response: { 200: Done } } },
      ({ params: { id }, caller }) => {
        // Another's session and none at all are answered alike.
        if (!sessions.endOne(proven(caller, clock).id, id)) {
          throw new HttpProblem(404, 'Not found', `You have no session "${id}".`)
        }
        return done
      },
    )
  }
}

/** The first code of an app is its confirmation, which is written down. */
function checkHasCodes(person: Person, clock: Clock): void {
  if (person.hasTotp) return
  if (hasSecondFactor(person)) checkStepUp(person, clock)
  throw new HttpProblem(403, 'Second factor missing', 'Set up one-time codes in /settings.', 'second-factor-missing')
}

/** Somebody at a desk that was left alone throws nobody out; nor whoever knows the password while an app is replaced. */
function proven(caller: Caller, clock: Clock): Person {
  const person = requirePerson(caller)
  checkMayAddFactor(person, clock)
  return person
}
