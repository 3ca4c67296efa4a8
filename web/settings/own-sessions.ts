/** Where one is logged in (`/api/v1/sessions`). */
import { z } from 'zod'
import { call } from '../lib/api.ts'

const OwnSession = z.object({
  id: z.string(),
  beganAt: z.string(),
  lastUsedAt: z.string(),
  address: z.string(),
  agent: z.string(),
  current: z.boolean(),
})
export type OwnSession = z.infer<typeof OwnSession>

export async function listOwnSessions(): Promise<OwnSession[]> {
  const { sessions } = await call('/api/v1/sessions', z.object({ sessions: z.array(OwnSession) }))
  return sessions
}

export const endOwnSession = (id: string) =>
  call(`/api/v1/sessions/${encodeURIComponent(id)}/end`, z.unknown(), { method: 'POST', body: {} })

export const endOtherSessions = () => call('/api/v1/sessions/end-others', z.unknown(), { method: 'POST', body: {} })

const browsers: readonly (readonly [mark: RegExp, name: string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: readonly (readonly [mark: RegExp, name: string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** "Firefox, Windows": enough to know one's own device again; null when it says neither. Pure. */
export function deviceName(agent: string): string | null {
  const named = [browsers, systems].flatMap((known) => known.find(([mark]) => mark.test(agent))?.[1] ?? [])
  return named.length === 0 ? null : named.join(', ')
}
