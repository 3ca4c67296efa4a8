/** Proving oneself again before a dangerous act. */
import { z } from 'zod'
import { call } from '../lib/api.ts'

/** @param code of the second factor, digits only */
export const stepUpByCode = (code: string) =>
  call('/api/v1/session/step-up', z.unknown(), { method: 'POST', body: { code } })
