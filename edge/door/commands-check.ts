/**
 * May this message move the door? Pure: signature (Ed25519 over the bytes of the body), shape, door, nonce, time. A
 * command without a fresh nonce of this very door is none, whoever signed it.
 */
import { type KeyObject, verify } from 'node:crypto'
import { CommandBody } from '#contract/command.ts'
import type { Signed } from '#contract/signed.ts'

/** How long a nonce may be used. */
export const NONCE_VALID_MS = 10_000

/** The one nonce that is out. */
export interface Outstanding {
  readonly id: string
  readonly nonce: string
  /** On CLOCK_BOOTTIME, which a suspend does not stop and nobody can set. */
  readonly issuedMs: number
}

export type RejectionReason =
  | 'unsigned' // not the bytes that the command key signed
  | 'malformed' // signed, and no command that this door knows
  | 'other-door'
  | 'no-challenge' // this door has no nonce out: replayed, or never asked for
  | 'wrong-nonce'
  | 'late'

export type Checked =
  | { readonly ok: true; readonly command: CommandBody }
  /** `id` is what the sender should hear about; absent when nobody can be believed to have sent it. */
  | { readonly ok: false; readonly reason: RejectionReason; readonly id?: string }

export interface CheckAgainst {
  readonly door: string
  readonly commandKey: KeyObject
  readonly outstanding: Outstanding | undefined
  /** Now, on CLOCK_BOOTTIME. */
  readonly bootMs: number
}

export function checkCommand({ body, signature }: Signed, against: CheckAgainst): Checked {
  const { door, commandKey, outstanding, bootMs } = against
  if (!isSigned(body, signature, commandKey)) return { ok: false, reason: 'unsigned' }
  const parsed = CommandBody.safeParse(parseJson(body))
  if (!parsed.success) return { ok: false, reason: 'malformed' }
  const command = parsed.data
  const { id } = command
  if (command.door !== door) return { ok: false, reason: 'other-door' }
  if (outstanding === undefined) return { ok: false, reason: 'no-challenge', id }
  if (outstanding.nonce !== command.nonce || outstanding.id !== id) return { ok: false, reason: 'wrong-nonce', id }
  if (bootMs - outstanding.issuedMs > NONCE_VALID_MS || bootMs < outstanding.issuedMs) {
    return { ok: false, reason: 'late', id }
  }
  return { ok: true, command }
}

/** The one way to write those bytes in base64: a message that was changed in any way is another message. */
function isSigned(body: string, signature: string, key: KeyObject): boolean {
  const bytes = Buffer.from(signature, 'base64')
  return bytes.toString('base64') === signature && verify(null, Buffer.from(body), key, bytes)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the schema then says what is missing
  }
}
