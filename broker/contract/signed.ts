/** A payload whose signature covers exactly the bytes that were sent (design §3.3). */
import { z } from 'zod'

/** An Ed25519-signed payload; the signature (base64) is over the bytes of `body` as sent. */
export const Signed = z.object({ body: z.string().max(60_000), signature: z.string().max(200) })
export type Signed = z.infer<typeof Signed>
