/** A device becomes known to its server by a one-time code. The token is made at the device, and only its hash is sent. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { EnrolmentAnswer, EnrolmentCode, type EnrolmentRequest, enrolledName } from '#contract/enrolment.ts'
import { parsePublicKey } from '../settings.ts'
import type { DeviceIdentity } from './identity-file.ts'

const TIMEOUT_MS = 15_000
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/
const Problem = z.object({ title: z.string(), detail: z.string() })

/** The device is not enrolled: the message says why, and what to do. */
export class EnrolmentError extends Error {
  override readonly name = 'EnrolmentError'
}

export interface Enrolling extends Pick<EnrolmentRequest, 'role' | 'id'> {
  /** Address of the server. */
  readonly server: string
  /** As typed. */
  readonly code: string
  /** That of the attempt before, when its answer was lost: the code is used up for it. */
  readonly token: string
}

/** @returns what the device keeps. @throws EnrolmentError */
export async function enrol({ server, code, role, id, token }: Enrolling): Promise<DeviceIdentity> {
  const { protocol, hostname } = new URL(server)
  if (protocol !== 'https:' && !LOOPBACK.test(hostname)) {
    throw new EnrolmentError(`SIAGA_ENROL_URL is "${server}": only https tells that the server is the right one`)
  }
  const decoded = EnrolmentCode.safeParse(code)
  if (!decoded.success)
    throw new EnrolmentError(`"${code}" is no code: it has 20 letters and digits, as XXXXX-XXXXX-XXXXX-XXXXX`)
  const tokenHash = createHash('sha256').update(token).digest('hex')
  const answer = await ask(new URL('/api/v1/enrolment', server), { code: decoded.data, role, id, tokenHash })
  if (answer.username !== enrolledName({ role, id }) || parsePublicKey(answer.commandKey) === undefined) {
    throw new EnrolmentError(`${server} answered for "${answer.username}", or without a key: is it the right server?`)
  }
  return { ...answer, token }
}

async function ask(address: URL, request: EnrolmentRequest): Promise<EnrolmentAnswer> {
  let response: Response
  try {
    response = await fetch(address, {
      method: 'POST',
      body: JSON.stringify(request),
      headers: { 'content-type': 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    const { message, cause } = error as Error
    throw new EnrolmentError(`${address.origin} does not answer (${(cause as Error | undefined)?.message ?? message})`)
  }
  // A proxy in between answers without JSON: then its status speaks, below.
  const body: unknown = await response.json().catch(() => undefined)
  const answer = EnrolmentAnswer.safeParse(body)
  if (response.ok && answer.success) return answer.data
  const problem = Problem.safeParse(body)
  throw new EnrolmentError(
    problem.success ? `${problem.data.title}: ${problem.data.detail}` : `${address.href} answered ${response.status}`,
  )
}
