/** Who may log in (`/api/v1/accounts`). */
import { z } from 'zod'
import { type PersonRole, personRoles } from '../../broker/contract/people.ts'
import { call } from '../lib/api.ts'
import { paths } from '../lib/paths.ts'
import type { PersonFields } from './faults.ts'

const Account = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(personRoles),
  opd: z.string().nullable(),
  disabled: z.boolean(),
  hasTotp: z.boolean(),
  passkeys: z.number(),
  hasPassword: z.boolean(),
  byProvider: z.boolean(),
  sessions: z.number(),
  lastUsedAt: z.string().nullable(),
  /** While a one-time link waits for its use. */
  linkUntil: z.string().nullable(),
})
export type Account = z.infer<typeof Account>

const Issued = z.object({ link: z.string(), until: z.string() })
export type Issued = z.infer<typeof Issued>

export interface Standing {
  readonly role: PersonRole
  readonly opd: string | null
}

const base = '/api/v1/accounts'
const post = <T>(path: string, schema: z.ZodType<T>, body: unknown = {}) =>
  call(`${base}${path}`, schema, { method: 'POST', body })
const ofAccount = (id: string, act: string) => `/${encodeURIComponent(id)}/${act}`

export async function listAccounts(): Promise<Account[]> {
  return (await call(base, z.object({ accounts: z.array(Account) }))).accounts
}

export const addAccount = (account: Standing & { name: string; email: string }) => post('', Issued, account)
export const setStanding = (id: string, standing: Standing) => post(ofAccount(id, 'role'), z.unknown(), standing)
export const setDisabled = (id: string, disabled: boolean) => post(ofAccount(id, 'disabled'), z.unknown(), { disabled })
export const issueLink = (id: string) => post(ofAccount(id, 'link'), Issued)
export const endLink = (id: string) => post(ofAccount(id, 'link/end'), z.unknown())
export const removeAccount = (id: string) => post(ofAccount(id, 'remove'), z.unknown())
export const endSessions = (id: string) => post(ofAccount(id, 'end'), z.unknown())

/** As the server takes it. Pure. */
export const newAccount = ({ name, email, role, opd }: PersonFields): Standing & { name: string; email: string } => ({
  name: name.trim(),
  email: email.trim(),
  ...standingOf(role, opd),
})

/** Only an OPD's owner has one. Pure. */
export const standingOf = (role: PersonRole, opd: string): Standing => ({
  role,
  opd: role === 'opd-owner' ? opd.trim() : null,
})

/** What is handed to the person: the secret is behind the #, so no server on the way sees it. */
export const linkAddress = ({ link }: Issued, origin: string): string => `${origin}${paths.login}#link=${link}`
