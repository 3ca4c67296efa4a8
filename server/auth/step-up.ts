/** Before what is dangerous a person proves the second factor again, at most five minutes ago. */
import type { FastifyRequest } from 'fastify'
import type { Clock } from '#runtime/clock.ts'
import { HttpProblem } from '../http/problem.ts'
import { hasSecondFactor, type Person } from './roles.ts'
import { hasProven, stepUpHolds } from './session-age.ts'

/** As a `preHandler` of a route. Answers 403 and says how; the demo has nobody to ask. */
export function requireStepUp(clock: Clock): (request: FastifyRequest) => Promise<void> {
  return async ({ caller }) => {
    if (caller.kind === 'demo') return
    if (caller.kind !== 'person') throw new HttpProblem(401, 'Not logged in', 'Log in first.', 'not-logged-in')
    if (!hasSecondFactor(caller)) {
      throw new HttpProblem(
        403,
        'Second factor missing',
        'Set up one-time codes or a passkey in /settings before this act.',
        'second-factor-missing',
      )
    }
    checkStepUp(caller, clock)
  }
}

/** @throws HttpProblem 403 that says how */
export function checkStepUp({ steppedUpMs }: Person, clock: Clock): void {
  if (stepUpHolds(steppedUpMs, clock.wallMs())) return
  throw new HttpProblem(
    403,
    'Step-up needed',
    'Prove the second factor again: POST /api/v1/session/step-up, or /api/v1/session/step-up/passkey.',
    'step-up-needed',
  )
}

/**
 * Before a factor is added. Where there was one, a session must have proven it: whoever knows the password alone waits
 * for just the moment in which an app is replaced.
 * @throws HttpProblem 403 that says how
 */
export function checkMayAddFactor(person: Person, clock: Clock): void {
  if (hasSecondFactor(person)) {
    checkStepUp(person, clock)
    return
  }
  if (!person.factorRemoved || hasProven(person.steppedUpMs)) return
  throw new HttpProblem(
    403,
    'Link needed',
    'The second factor of this account was removed, and only a session that had proven it may go on: ask an administrator for a one-time link.',
    'link-needed',
  )
}
