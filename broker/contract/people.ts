/** People at the pages: their roles, and what a page is told of who sits before it. */
import { z } from 'zod'

export const personRoles = [
  'wall',
  'leader',
  'operator',
  'technician',
  'door-officer',
  'opd-owner',
  'administrator',
  'auditor',
] as const
export type PersonRole = (typeof personRoles)[number]

export const PASSWORD_LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 128

/** As `z.email()` takes it: ASCII alone. */
export const Email = z.email().max(200)

/** Answer of `GET /api/v1/session`. */
export const SessionView = z.object({
  /** False in the demo: there is nothing to log in to. */
  login: z.boolean(),
  /** Addresses of the pages that may be opened. */
  pages: z.array(z.string()),
  /** Whether passkeys work at this address; they belong to one name. */
  passkeys: z.boolean(),
  /** Name of the provider one may log in by; null when there is none. */
  provider: z.string().nullable(),
  /** Null when nobody is logged in. */
  person: z
    .object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      role: z.enum(personRoles),
      /** Of an opd-owner alone. */
      opd: z.string().nullable(),
      hasPassword: z.boolean(),
      hasTotp: z.boolean(),
      /** How many. */
      passkeys: z.int(),
      /** Nothing is open but setting up a second factor, or proving it. */
      secondFactorDue: z.boolean(),
    })
    .nullable(),
})
export type SessionView = z.output<typeof SessionView>
export type PersonView = NonNullable<SessionView['person']>
