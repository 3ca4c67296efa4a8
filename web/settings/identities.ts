/** Devices, gateways and applications that may speak, and their tokens (`/api/v1/identities`). */
import { z } from 'zod'
import { call } from '../lib/api.ts'

export const identityRoles = ['app', 'gateway', 'door', 'vantage'] as const
export type IdentityRole = (typeof identityRoles)[number]

const Identity = z.object({
  username: z.string(),
  role: z.string(),
  id: z.string(),
  name: z.string().nullable(),
  apps: z.array(z.string()).nullable(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
})
export type Identity = z.infer<typeof Identity>

const Credential = z.object({ username: z.string(), password: z.string() })
export type Credential = z.infer<typeof Credential>

export interface NewIdentity {
  readonly role: IdentityRole
  readonly id: string
  readonly apps?: readonly string[]
}

const base = '/api/v1/identities'

export async function listIdentities(): Promise<Identity[]> {
  return (await call(base, z.object({ identities: z.array(Identity) }))).identities
}

export const addIdentity = (body: NewIdentity) => call(base, Credential, { method: 'POST', body })
export const replaceToken = (username: string, overlapHours: number) =>
  call(`${base}/rotate`, Credential, { method: 'POST', body: { username, overlapHours } })
export const revokeIdentity = (username: string) =>
  call(`${base}/revoke`, z.unknown(), { method: 'POST', body: { username } })

/** Those whose user name or name holds every word that was typed. Pure. */
export function soughtAmong(identities: readonly Identity[], typed: string): Identity[] {
  const words = typed.toLocaleLowerCase('id-ID').split(/\s+/).filter(Boolean)
  return identities.filter(({ username, name }) => {
    const text = `${username} ${name ?? ''}`.toLocaleLowerCase('id-ID')
    return words.every((word) => text.includes(word))
  })
}

/** Ids as one types them, with commas or spaces between. Pure. */
export const idsIn = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean)
