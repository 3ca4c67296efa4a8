/** Passkeys: making and removing one's own (`/api/v1/passkeys`), logging in with one, and proving one again (step-up). */
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PASSKEY_NAME_LENGTH_MAX, PasskeyAssertion, PasskeyCreation } from '#contract/passkeys.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Auth } from '../auth/auth.ts'
import { hasSecondFactor, type Person } from '../auth/roles.ts'
import { stepUpHolds } from '../auth/session-age.ts'
import { checkMayAddFactor, requireStepUp } from '../auth/step-up.ts'
import { answered, clientOf, Done, done, Password, requirePerson, sessionOptions, setCookies } from './logging-in.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

/** An answer of a browser with an RSA key and a long id, and then some. */
const bodyLimit = 16 * 1024
/** As the WebAuthn library makes them, for the browser's own decoder. */
const CeremonyOptions = z.looseObject({ challenge: z.string() })
const Nothing = z.object({})
const PasskeyList = z.object({
  passkeys: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      createdAt: z.iso.datetime(),
      lastUsedAt: z.iso.datetime().nullable(),
    }),
  ),
})

export interface PasskeyRouteParts {
  readonly auth: Auth
  readonly clock: Clock
  readonly record: Recorder
}

export function passkeyRoutes(parts: PasskeyRouteParts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(ownPasskeyRoutes(parts))
    await app.register(provingRoutes(parts))
  }
}

function ownPasskeyRoutes(parts: PasskeyRouteParts): FastifyPluginAsyncZod {
  const { auth, clock, record } = parts
  const { passkeys, passkeyTable } = auth
  const tags = ['session']
  return async (app) => {
    app.get('/api/v1/passkeys', { schema: { tags, response: { 200: PasskeyList } } }, ({ caller }) => ({
      passkeys: passkeyTable.of(requirePerson(caller).id).map(({ id, name, createdMs, usedMs }) => ({
        ...{ id, name },
        createdAt: new Date(createdMs).toISOString(),
        lastUsedAt: usedMs === null ? null : new Date(usedMs).toISOString(),
      })),
    }))
    app.post(
      '/api/v1/passkeys/options',
      sessionOptions(z.object({ password: Password.optional() }), CeremonyOptions),
      async (request, reply) => {
        requireServed(auth, request)
        const person = requirePerson(request.caller)
        await answered(reply, proveOneself(parts, person, request))
        return passkeys.creationOptions(person)
      },
    )
    app.post(
      '/api/v1/passkeys',
      {
        ...sessionOptions(
          z.object({ name: z.string().trim().min(1).max(PASSKEY_NAME_LENGTH_MAX), creation: PasskeyCreation }),
          Done,
        ),
        bodyLimit,
      },
      async (request, reply) => {
        const { name, creation } = request.body
        const make = async (person: Person) => {
          // Another factor may have been made since the challenge was given for a password alone.
          checkMayAddFactor(person, clock)
          await passkeys.create(person, name, creation, originOf(request))
          record(request, 'passkey made', { account: person.id })
          if (hasSecondFactor(person)) return []
          // Whoever began them knew the password alone.
          await auth.accounts.dropUnconfirmedCodes(person.id)
          // It saw its owner; as the first code of a new app this is the second factor of the login under way.
          return auth.login.stepUp(person, clientOf(request))
        }
        const cookies = await answered(reply, auth.inTurn(requirePerson(request.caller), make))
        return setCookies(reply, cookies).send(done)
      },
    )
    app.post(
      '/api/v1/passkeys/:id/remove',
      {
        preHandler: requireStepUp(clock),
        schema: { tags, params: z.object({ id: z.string().max(1_400) }), response: { 200: Done } },
      },
      (request, reply) => {
        const { id } = request.params
        const remove = async (person: Person) => {
          const known = passkeyTable.of(person.id)
          if (!person.hasTotp && known.length === 1 && known[0]?.id === id) {
            throw new HttpProblem(
              409,
              'Last factor',
              'This passkey is the only second factor of the account: set up another one first.',
              'last-factor',
            )
          }
          if (!passkeyTable.remove(person.id, id)) {
            throw new HttpProblem(404, 'Not found', `You have no passkey "${id}".`)
          }
          record(request, 'passkey removed', { account: person.id })
          return done
        }
        return answered(reply, auth.inTurn(requirePerson(request.caller), remove))
      },
    )
  }
}

function provingRoutes({ auth, record }: PasskeyRouteParts): FastifyPluginAsyncZod {
  const { login, passkeys } = auth
  const Proof = z.object({ assertion: PasskeyAssertion })
  return async (app) => {
    app.post('/api/v1/session/passkey/options', sessionOptions(Nothing, CeremonyOptions), (request) => {
      requireServed(auth, request)
      return passkeys.loginOptions()
    })
    app.post('/api/v1/session/passkey', { ...sessionOptions(Proof, Done), bodyLimit }, async (request, reply) => {
      const person = await answered(reply, passkeys.login(request.body.assertion, originOf(request)))
      const cookies = await answered(reply, login.begin(person, clientOf(request), 'both-factors'))
      login.endPrevious(request.caller)
      record(request, 'logged in', { account: person, by: 'passkey' })
      return setCookies(reply, cookies).send(done)
    })
    app.post('/api/v1/session/step-up/passkey/options', sessionOptions(Nothing, CeremonyOptions), (request) => {
      requireServed(auth, request)
      return passkeys.stepUpOptions(requirePerson(request.caller))
    })
    app.post(
      '/api/v1/session/step-up/passkey',
      { ...sessionOptions(Proof, Done), bodyLimit },
      async (request, reply) => {
        const person = requirePerson(request.caller)
        await answered(reply, passkeys.stepUp(person, request.body.assertion, originOf(request)))
        const cookies = await answered(reply, login.stepUp(person, clientOf(request)))
        return setCookies(reply, cookies).send(done)
      },
    )
  }
}

/** Before a second factor is added: by the one there is, else the password, else by having logged in just now. */
async function proveOneself(
  { auth, clock }: PasskeyRouteParts,
  person: Person,
  request: FastifyRequest<{ Body: { password?: string | undefined } }>,
): Promise<void> {
  checkMayAddFactor(person, clock)
  if (hasSecondFactor(person)) return
  if (person.hasPassword) return auth.login.provePassword(person, request.body.password ?? '', clientOf(request))
  if (stepUpHolds(person.beganMs, clock.wallMs())) return
  throw new HttpProblem(403, 'Log in again', 'This needs a login at most five minutes ago.', 'log-in-again')
}

function requireServed({ passkeys }: Auth, { headers }: FastifyRequest): void {
  if (passkeys.servedAt(headers.host)) return
  throw new HttpProblem(
    409,
    'No passkeys here',
    `Passkeys belong to the address people use (SIAGA_PUBLIC_URL), not to "${headers.host}"; without a password and without passkeys, ask an administrator for a one-time link.`,
    'passkeys-elsewhere',
  )
}

/** Known to be ours, where there is one: a browser always sends it with a write. */
function originOf({ headers }: FastifyRequest): string {
  return headers.origin ?? ''
}
