/** How a device becomes known: it sends a one-time code and the hash of the token it made, and is told whom to believe. */
import { z } from 'zod'
import { identityName } from './access.ts'
import { Id, Sha256 } from './identifiers.ts'
import { CODE_ALPHABET, readTypedCode } from './typed-code.ts'

/** Of 5 bits each, 100 together: at ten tries a minute one in 10^22 years. */
export const CODE_LETTERS = 20
export const CODE_GROUP = 5

/** As typed. */
export const EnrolmentCode = z
  .string()
  .max(100)
  .transform(readTypedCode)
  .pipe(z.string().regex(new RegExp(`^[${CODE_ALPHABET}]{${CODE_LETTERS}}$`), 'a code has 20 letters and digits'))

export const EnrolmentRequest = z.object({
  code: EnrolmentCode,
  role: z.enum(['door', 'vantage']),
  id: Id,
  /** SHA-256 of the device's token, which itself stays on the device. */
  tokenHash: Sha256,
})
export type EnrolmentRequest = z.output<typeof EnrolmentRequest>

export const EnrolmentAnswer = z.object({
  /** MQTT user name; the password is the token. */
  username: z.string().max(100),
  /** Public Ed25519 key (SPKI PEM) that signs commands and access lists. */
  commandKey: z.string().max(1_000),
})
export type EnrolmentAnswer = z.output<typeof EnrolmentAnswer>

export const enrolledName = ({ role, id }: Pick<EnrolmentRequest, 'role' | 'id'>): string => identityName({ role, id })
