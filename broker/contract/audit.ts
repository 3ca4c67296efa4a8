/** What the audit record tells: acts of people and of the shell, by ids. */
import { z } from 'zod'

const auditActs = [
  'logged in',
  'password changed',
  'password set by link',
  'codes set up',
  'codes removed',
  'recovery codes renewed',
  'passkey made',
  'passkey removed',
  'account created',
  'role changed',
  'account disabled',
  'account enabled',
  'account removed',
  'one-time link issued',
  'one-time link ended',
  'sessions ended',
  'provider identity linked',
  'provider identity removed',
  'identity added',
  'token replaced',
  'token ended',
  'applications changed',
  'identity revoked',
  'enrolment code issued',
  'device enrolled',
  'enrolment refused',
  'door command',
  'shell command',
] as const
export type AuditAct = (typeof auditActs)[number]

export const AuditEvent = z.object({
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  /** Id of an account; `nobody` (who is not logged in yet, or a device), `demo`, or `shell`. */
  actor: z.string(),
  /** Network address; of the shell the user id at the machine. */
  from: z.string(),
  act: z.enum(auditActs),
  /** Ids of what it was done to; no names and no secrets. */
  about: z.record(z.string(), z.string()),
})
export type AuditEvent = z.output<typeof AuditEvent>

/** Answer of `GET /api/v1/audit`, newest first. */
export const AuditPage = z.object({
  entries: z.array(AuditEvent.extend({ number: z.int() })),
  /** `before` of the next page; null at the end. */
  next: z.int().nullable(),
})
export type AuditPage = z.output<typeof AuditPage>
