/** Bytes ↔ payload of a channel. `decode` never throws; whatever is wrong comes back as a reason in words. */
import { z } from 'zod'
import { type ChannelName, channels, type Payload, type PayloadInput } from './channels.ts'

export type Decoded<T> =
  | {
      readonly ok: true
      readonly value: T /** The JSON as sent, before the schema: for hashes. */
      readonly json: unknown
    }
  | { readonly ok: false; readonly reason: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })
const REASON_CHARACTERS_MAX = 500

export function decode<K extends ChannelName>(name: K, bytes: Uint8Array): Decoded<Payload<K>> {
  const channel = channels[name]
  if (bytes.length > channel.maxBytes) {
    return { ok: false, reason: `${bytes.length} bytes, the limit of ${name} is ${channel.maxBytes}` }
  }
  let json: unknown
  try {
    json = bytes.length === 0 && channel.emptyAllowed ? {} : JSON.parse(utf8.decode(bytes))
  } catch (error) {
    return { ok: false, reason: `not JSON in UTF-8: ${(error as Error).message}`.slice(0, REASON_CHARACTERS_MAX) }
  }
  const parsed = channel.schema.safeParse(json)
  if (!parsed.success) return { ok: false, reason: z.prettifyError(parsed.error).slice(0, REASON_CHARACTERS_MAX) }
  return { ok: true, value: parsed.data as Payload<K>, json }
}

/** JSON text of a payload. The compiler holds the payload to the channel's schema; sizes are checked by the broker. */
export function encode<K extends ChannelName>(_name: K, payload: PayloadInput<K>): string {
  return JSON.stringify(payload)
}
