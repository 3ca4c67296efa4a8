/** What people do to their own account (`/api/v1/session/…`). */
import { z } from 'zod'
import { call } from '../lib/api.ts'

const NewFactor = z.object({ uri: z.string(), recoveryCodes: z.array(z.string()) })
const Done = z.unknown()

const post = <T>(path: string, schema: z.ZodType<T>, body: unknown) =>
  call(`/api/v1/session/${path}`, schema, { method: 'POST', body })

export const beginTotp = (password: string) => post('totp', NewFactor, { password })
export const confirmTotp = (code: string) => post('totp/confirm', Done, { code })
export const removeTotp = (password: string) => post('totp/remove', Done, { password })
export const renewRecoveryCodes = async (password: string) =>
  (await post('recovery-codes', NewFactor.pick({ recoveryCodes: true }), { password })).recoveryCodes
export const changePassword = (current: string, next: string) => post('password', Done, { current, next })

/** The key of an otpauth address in groups of four, as one types it. */
export function secretOf(uri: string): string {
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  return secret.replaceAll(/.{4}(?=.)/g, '$& ')
}
