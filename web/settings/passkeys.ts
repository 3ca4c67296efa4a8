/** One's own passkeys (`/api/v1/passkeys`). */
import { z } from 'zod'
import { call } from '../lib/api.ts'

const Passkey = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
})
export type Passkey = z.infer<typeof Passkey>

export async function listPasskeys(): Promise<Passkey[]> {
  return (await call('/api/v1/passkeys', z.object({ passkeys: z.array(Passkey) }))).passkeys
}

export const removePasskey = (id: string) =>
  call(`/api/v1/passkeys/${encodeURIComponent(id)}/remove`, z.unknown(), { method: 'POST', body: {} })
