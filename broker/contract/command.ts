/** Commands to a door: first a challenge, then the signed command that carries its nonce; never queued, never late. */
import { z } from 'zod'
import { BootId, Id } from './identifiers.ts'
import { Signed } from './signed.ts'

/** An unsigned request for a nonce, or a signed command carrying it. */
export const Command = z.union([z.object({ id: Id, kind: z.literal('challenge') }), Signed])
export type Command = z.infer<typeof Command>

/** 32 random bytes in base64url; one outstanding, valid 10 s on the door's own clock. */
export const Challenge = z.object({ id: Id, nonce: z.string().length(43) })
export const Reply = z.object({
  id: Id,
  result: z.enum(['done', 'refused', 'expired', 'progress']),
  reason: z.string().max(200).optional(),
  boot: BootId.optional(),
})
