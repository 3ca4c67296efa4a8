/** A device becomes known: an administrator makes a one-time code (step-up), and the device sends it with the hash of its own token. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EnrolmentAnswer, EnrolmentRequest, enrolledName } from '#contract/enrolment.ts'
import { Id } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Credentials } from '../../broker/identity/credentials.ts'
import type { EnrolmentCodes } from '../../broker/identity/enrolment-codes.ts'
import { requireStepUp } from '../auth/step-up.ts'
import type { Registry } from '../registry/registry.ts'
import { HttpProblem } from './problem.ts'
import type { Recorder } from './recorder.ts'

/** From one address; a code has 100 bits, so this only spares the server work. */
const TRIES = { rateLimit: { max: 10, timeWindow: 60_000 } }
const bodyLimit = 1_024

const NewEnrolment = z.object({
  role: z.enum(['door', 'vantage']),
  id: Id,
  name: z.string().trim().min(1).max(100).optional(),
})
/** The code is shown this once. */
const IssuedCode = z.object({ username: z.string(), code: z.string(), until: z.iso.datetime() })

export interface EnrolmentRouteParts {
  readonly credentials: Pick<Credentials, 'accept'>
  readonly enrolmentCodes: EnrolmentCodes
  readonly commandKey: string
  readonly registry: Pick<Registry, 'devices'>
  readonly clock: Clock
  readonly record: Recorder
}

export function enrolmentRoutes(parts: EnrolmentRouteParts): FastifyPluginAsyncZod {
  const { credentials, enrolmentCodes, commandKey, record } = parts
  const tags = ['identities']
  return async (app) => {
    app.post(
      '/api/v1/identities/enrol',
      {
        preHandler: requireStepUp(parts.clock),
        schema: { tags, body: NewEnrolment, response: { 201: IssuedCode } },
      },
      async (request, reply) => {
        const { role, id, name } = request.body
        parts.registry.devices.add(role, id, name)
        const { username, code, untilMs } = enrolmentCodes.issue({ role, id })
        record(request, 'enrolment code issued', { identity: username })
        const answer = { username, code, until: new Date(untilMs).toISOString() }
        return reply.code(201).send(answer)
      },
    )
    app.post(
      '/api/v1/enrolment',
      { bodyLimit, config: TRIES, schema: { tags, body: EnrolmentRequest, response: { 200: EnrolmentAnswer } } },
      async (request) => {
        const { role, id, tokenHash } = request.body
        const identity = enrolledName({ role, id })
        const outcome = enrolmentCodes.take(request.body)
        // Wrong, used, too old, for another device: one answer for all.
        if (outcome === 'refused') {
          // Somebody waits for this device: one of the two is not whom it was made for.
          if (enrolmentCodes.isAwaited(identity)) record(request, 'enrolment refused', { identity })
          else request.log.info({ identity, from: request.ip }, 'enrolment refused')
          throw new HttpProblem(
            401,
            'Not enrolled',
            `This code is not one for ${role} "${id}", was used, or is over an hour old: make a new one.`,
            'enrolment-refused',
          )
        }
        credentials.accept({ role, id }, tokenHash)
        if (outcome === 'taken') record(request, 'device enrolled', { identity })
        return { username: identity, commandKey }
      },
    )
  }
}
