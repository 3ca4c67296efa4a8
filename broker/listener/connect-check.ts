/** CONNECT by MQTT 3.1.1 §3.1, stricter than the library: what it must refuse, and with which return code. Pure. */
import { type ConnackCode, connackCode } from './packet-types.ts'
import { fieldEnd, isText, topicFault, uint16 } from './wire-string.ts'

/** Why a connection is refused; with a code, CONNACK is sent before it is closed. */
export interface Refusal {
  readonly reason: string
  readonly returnCode?: ConnackCode
}

const RESERVED = 0x01
const CLEAN = 0x02
const WILL = 0x04
const WILL_QOS = 0x18
const WILL_RETAIN = 0x20
const PASSWORD = 0x40
const USERNAME = 0x80
/** Level, flags and keep alive. */
const FIXED_BYTES = 4

/**
 * @param from offset of the variable header
 * @param end offset behind the packet
 */
export function connectFault(bytes: Uint8Array, from: number, end: number): Refusal | undefined {
  const nameEnd = fieldEnd(bytes, from, end)
  if (nameEnd < 0 || nameEnd >= end) return { reason: 'CONNECT is cut short' }
  const name = String.fromCharCode(...bytes.subarray(from + 2, Math.min(nameEnd, from + 8)))
  const protocol = protocolFault(name, nameEnd - from - 2, bytes[nameEnd] ?? 0)
  if (protocol) return protocol
  if (nameEnd + FIXED_BYTES > end) return { reason: 'CONNECT is cut short' }
  const flags = bytes[nameEnd + 1] ?? 0
  const flaw = flagsFault(flags)
  return flaw ? { reason: flaw } : payloadFault(bytes, { from: nameEnd + FIXED_BYTES, end, flags })
}

/** 3.1 (`MQIsdp`) is a known protocol that is not spoken here: its clients understand the return code. */
function protocolFault(name: string, length: number, level: number): Refusal | undefined {
  if (name === 'MQTT' && length === 4 && level === 4) return undefined
  const returnCode = connackCode.unacceptableProtocol
  if ((name === 'MQTT' && length === 4) || (name === 'MQIsdp' && length === 6)) {
    return { reason: `protocol ${name} level ${level}, only MQTT 3.1.1 is spoken [MQTT-3.1.2-2]`, returnCode }
  }
  return { reason: 'no MQTT protocol name [MQTT-3.1.2-1]' }
}

function flagsFault(flags: number): string | undefined {
  if (flags & RESERVED) return 'reserved flag is set [MQTT-3.1.2-3]'
  if (!(flags & WILL)) {
    if (flags & WILL_QOS) return 'will QoS without a will [MQTT-3.1.2-13]'
    if (flags & WILL_RETAIN) return 'will retain without a will [MQTT-3.1.2-15]'
  }
  if ((flags & WILL_QOS) === WILL_QOS) return 'will QoS 3 [MQTT-3.1.2-14]'
  return !(flags & USERNAME) && flags & PASSWORD ? 'password without a user name [MQTT-3.1.2-22]' : undefined
}

interface Field {
  readonly name: string
  readonly kind: 'text' | 'topic' | 'bytes'
}

/** Payload fields in their order (§3.1.3): client id, will topic, will message, user name, password. */
function payloadFault(
  bytes: Uint8Array,
  { from, end, flags }: { from: number; end: number; flags: number },
): Refusal | undefined {
  let at = from
  for (const field of fieldsOf(flags)) {
    const next = fieldEnd(bytes, at, end)
    const reason = next < 0 ? `CONNECT is cut short in its ${field.name}` : fieldFault(field, bytes, [at + 2, next])
    if (reason !== undefined) return { reason }
    at = next
  }
  if (at !== end) return { reason: 'CONNECT carries bytes behind its last field' }
  if (uint16(bytes, from) > 0 || flags & CLEAN) return undefined
  const reason = 'empty client id with a persistent session [MQTT-3.1.3-8]'
  return { reason, returnCode: connackCode.identifierRejected }
}

function fieldsOf(flags: number): Field[] {
  const fields: Field[] = [{ name: 'client id', kind: 'text' }]
  if (flags & WILL) fields.push({ name: 'will topic', kind: 'topic' }, { name: 'will message', kind: 'bytes' })
  if (flags & USERNAME) fields.push({ name: 'user name', kind: 'text' })
  if (flags & PASSWORD) fields.push({ name: 'password', kind: 'bytes' })
  return fields
}

function fieldFault(
  { name, kind }: Field,
  bytes: Uint8Array,
  [from, to]: readonly [number, number],
): string | undefined {
  if (kind === 'text') return isText(bytes, from, to) ? undefined : `${name} is not UTF-8 without U+0000`
  const fault = kind === 'topic' ? topicFault(bytes, from, to) : undefined
  return fault && `${name}: ${fault}`
}
