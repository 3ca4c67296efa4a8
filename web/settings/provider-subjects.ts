/** Who came by the login provider, and whose account that is (`/api/v1/provider-subjects`). */
import { z } from 'zod'
import { call } from '../lib/api.ts'
import type { Standing } from './people.ts'

const ProviderSubject = z.object({
  id: z.string(),
  subject: z.string(),
  name: z.string(),
  email: z.string(),
  account: z.string().nullable(),
  lastUsedAt: z.string(),
})
export type ProviderSubject = z.infer<typeof ProviderSubject>

const base = '/api/v1/provider-subjects'
const post = (id: string, act: string, body: unknown = {}) =>
  call(`${base}/${encodeURIComponent(id)}/${act}`, z.unknown(), { method: 'POST', body })

export async function listSubjects(): Promise<ProviderSubject[]> {
  return (await call(base, z.object({ subjects: z.array(ProviderSubject) }))).subjects
}

export const linkSubject = (id: string, account: string) => post(id, 'link', { account })
export const accountForSubject = (id: string, account: Standing & { name: string; email: string }) =>
  post(id, 'account', account)
export const removeSubject = (id: string) => post(id, 'remove')
