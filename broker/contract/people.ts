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

/** Answer of `GET /api/v1/session`. */
export const SessionView = z.object({
  /** False in the demo: there is nothing to log in to. */
  login: z.boolean(),
  /** Addresses of the pages that may be opened. */
  pages: z.array(z.string()),
  /** Null when nobody is logged in. */
  person: z
    .object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      role: z.enum(personRoles),
      /** Of an opd-owner alone. */
      opd: z.string().nullable(),
      hasTotp: z.boolean(),
    })
    .nullable(),
})
export type SessionView = z.output<typeof SessionView>
export type PersonView = NonNullable<SessionView['person']>
