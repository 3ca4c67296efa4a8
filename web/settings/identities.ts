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
  /** That work now, newest first. */
  tokens: z.array(
    z.object({
      /** Names it, and is not it. */
      token: z.string(),
      createdAt: z.string(),
      lastUsedAt: z.string().nullable(),
      /** Of the older one of an overlap. */
      until: z.string().nullable(),
    }),
  ),
})
export type Identity = z.infer<typeof Identity>

const Credential = z.object({ username: z.string(), password: z.string() })
export type Credential = z.infer<typeof Credential>

const IssuedCode = z.object({ username: z.string(), code: z.string(), until: z.string() })
export type IssuedCode = z.infer<typeof IssuedCode>

export interface NewIdentity {
  readonly role: IdentityRole
  readonly id: string
  readonly apps?: readonly string[]
}

const base = '/api/v1/identities'

const Listed = z.object({
  identities: z.array(Identity),
  enrolments: z.array(z.object({ username: z.string(), until: z.string() })),
})
export type Enrolment = z.infer<typeof Listed>['enrolments'][number]

/** One answer, as the only item of a list that is loaded anew after each change. */
export const listIdentities = async () => [await call(base, Listed)]

export const addIdentity = (body: NewIdentity) => call(base, Credential, { method: 'POST', body })
export const enrolDevice = (role: string, id: string) =>
  call(`${base}/enrol`, IssuedCode, { method: 'POST', body: { role, id } })
/** It makes its token itself. */
export const isDevice = (role: string): boolean => role === 'door' || role === 'vantage'
export const replaceToken = (username: string, overlapHours: number) =>
  call(`${base}/rotate`, Credential, { method: 'POST', body: { username, overlapHours } })
export const endToken = (username: string, token: string) =>
  call(`${base}/end-token`, z.unknown(), { method: 'POST', body: { username, token } })
/** @param apps null means all */
export const setApps = (username: string, apps: readonly string[] | null) =>
  call(`${base}/apps`, z.unknown(), { method: 'POST', body: { username, apps } })
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
