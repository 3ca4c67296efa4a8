/** What a browser answers to a WebAuthn challenge, in the JSON forms of WebAuthn Level 3 §5.1. */
import { z } from 'zod'

/** Far more than an authenticator makes: an id has at most 1,023 bytes, an RSA key some 300. */
const ID_LENGTH_MAX = 1_400
const PART_LENGTH_MAX = 4_096

const Base64Url = z.string().regex(/^[\w-]+$/, 'expected base64url')
const part = Base64Url.max(PART_LENGTH_MAX)
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
/** How a browser reaches the authenticator. A way that is not known yet is left out, and no reason to refuse. */
export const Transports = z
  .array(z.string().max(20))
  .max(10)
  .transform((names) => transports.filter((transport) => names.includes(transport)))

const credential = {
  id: Base64Url.max(ID_LENGTH_MAX),
  rawId: Base64Url.max(ID_LENGTH_MAX),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}),
}

/** Proof of holding a passkey. */
export const PasskeyAssertion = z.object({
  ...credential,
  response: z.object({ clientDataJSON: part, authenticatorData: part, signature: part }),
})
export type PasskeyAssertion = z.output<typeof PasskeyAssertion>

/** A passkey just made. */
export const PasskeyCreation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: part,
    attestationObject: part,
    transports: Transports.exactOptional(),
  }),
})
export type PasskeyCreation = z.output<typeof PasskeyCreation>

export const PASSKEY_NAME_LENGTH_MAX = 60
