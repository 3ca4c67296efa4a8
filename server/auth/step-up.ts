/** Before what is dangerous a person proves the second factor again, at most five minutes ago. */
import type { FastifyRequest } from 'fastify'
import type { Clock } from '#runtime/clock.ts'
import { HttpProblem } from '../http/problem.ts'
import { stepUpHolds } from './session-age.ts'

/** As a `preHandler` of a route. Answers 403 and says how; the demo has nobody to ask. */
export function requireStepUp(clock: Clock): (request: FastifyRequest) => Promise<void> {
  return async ({ caller }) => {
    if (caller.kind === 'demo') return
    if (caller.kind !== 'person') throw new HttpProblem(401, 'Not logged in', 'Log in first.', 'not-logged-in')
    if (!caller.hasTotp) {
      throw new HttpProblem(
        403,
        'Second factor missing',
        'Set up one-time codes in /settings before this act.',
        'second-factor-missing',
      )
    }
    if (!stepUpHolds(caller.steppedUpMs, clock.wallMs())) {
      throw new HttpProblem(
        403,
        'Step-up needed',
        'Prove the second factor again: POST /api/v1/session/step-up.',
        'step-up-needed',
      )
    }
  }
}
