/** Who did what to whom, by ids, in the audit record and the log: names and secrets stay out of both. */
import type { FastifyRequest } from 'fastify'
import type { AuditAct } from '#contract/audit.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { AuditLog } from '../audit/audit-log.ts'

/** Ids, and words of the contract. */
type About = Readonly<
  Partial<
    Record<
      'account' | 'role' | 'identity' | 'token' | 'apps' | 'session' | 'subject' | 'by' | 'door' | 'command' | 'person',
      string
    >
  >
>

/** @throws Error when it could not be written: the act then answers 500, done or not, and is looked into */
export type Recorder = (by: Pick<FastifyRequest, 'caller' | 'ip'>, act: AuditAct, about: About) => void

export interface RecorderParts {
  readonly audit: Pick<AuditLog, 'append'>
  readonly clock: Clock
  readonly log: Log
}

export function createRecorder({ audit, clock, log }: RecorderParts): Recorder {
  return ({ caller, ip }, act, about) => {
    const actor = caller.kind === 'person' ? caller.id : caller.kind
    log.info({ actor, ...about }, act)
    audit.append({ at: new Date(clock.wallMs()).toISOString(), actor, from: ip, act, about: { ...about } })
  }
}
