/** Bytes ↔ payload of a channel. `decode` never throws; whatever is wrong comes back as a reason in words. */
import { z } from 'zod'
import { type ChannelName, channels, type Payload, type PayloadInput } from './channels.ts'
import { AgentRecord } from './record.ts'

export type Decoded<T> =
  | {
      readonly ok: true
      readonly value: T /** The JSON as sent, before the schema: for hashes. */
      readonly json: unknown
    }
  | { readonly ok: false; readonly reason: string }

/** Leaves the byte order mark to `decodeText`, which journal and HTTP come through as well. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const REASON_CHARACTERS_MAX = 500
/** A payload may have a thousand, and writing them costs more than all else that is done with it. */
const REASON_ISSUES_MAX = 5

/** Payload from the bytes of an MQTT message. */
export function decode<K extends ChannelName>(name: K, bytes: Uint8Array): Decoded<Payload<K>> {
  const { maxBytes } = channels[name]
  if (bytes.length > maxBytes)
    return { ok: false, reason: `${bytes.length} bytes, the limit of ${name} is ${maxBytes}` }
  try {
    return decodeText(name, utf8.decode(bytes))
  } catch {
    return { ok: false, reason: 'not UTF-8' }
  }
}

/** Payload from JSON text, as the journal keeps it. RFC 8259 §8.1: a byte order mark, as Windows writes it, is ignored. */
export function decodeText<K extends ChannelName>(name: K, sent: string): Decoded<Payload<K>> {
  const { schema, emptyAllowed } = channels[name]
  const text = sent.startsWith('\uFEFF') ? sent.slice(1) : sent
  return parse(schema as unknown as z.ZodType<Payload<K>>, text === '' && emptyAllowed ? '{}' : text)
}

/** One record of a batch, as the journal keeps it. */
export function decodeRecord(text: string): Decoded<AgentRecord> {
  return parse(AgentRecord, text)
}

function parse<T>(schema: z.ZodType<T>, text: string): Decoded<T> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { ok: false, reason: `not JSON: ${(error as Error).message}`.slice(0, REASON_CHARACTERS_MAX) }
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) return { ok: false, reason: reasonOf(parsed.error) }
  return { ok: true, value: parsed.data, json }
}

function reasonOf({ issues }: z.ZodError): string {
  return z.prettifyError({ issues: issues.slice(0, REASON_ISSUES_MAX) }).slice(0, REASON_CHARACTERS_MAX)
}

/** JSON text of a payload. The compiler holds the payload to the channel's schema; sizes are checked by the broker. */
export function encode<K extends ChannelName>(_name: K, payload: PayloadInput<K>): string {
  return JSON.stringify(payload)
}
