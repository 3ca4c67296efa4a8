/** Length-prefixed fields of a packet, in place: UTF-8 strings (MQTT 3.1.1 §1.5.3), topic names and filters (§4.7). */
import { isUtf8 } from 'node:buffer'

/** Deepest topic of the channels table has five levels; past 100 the library's matcher throws. */
export const TOPIC_LEVELS_MAX = 8
/** Longest topic of the channels table: 88 bytes with a 64-character id. */
export const TOPIC_BYTES_MAX = 256
const SLASH = 0x2f
const PLUS = 0x2b
const HASH = 0x23

/** Offset behind the field that starts at `at`, or -1 when it does not end within `end`. */
export function fieldEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1
  const last = at + 2 + uint16(bytes, at)
  return last <= end ? last : -1
}

export function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

/**
 * [MQTT-1.5.3-1], [MQTT-1.5.3-2]: well-formed UTF-8 without surrogates, and no U+0000.
 * @param from offset of the first character
 */
export function isText(bytes: Uint8Array, from: number, to: number): boolean {
  return textFault(scan(bytes, from, to), bytes.subarray(from, to)) === undefined
}

/** Why this is no topic name (§4.7, §3.3.2.1), or undefined. */
export function topicFault(bytes: Uint8Array, from: number, to: number): string | undefined {
  const length = to - from
  if (length > TOPIC_BYTES_MAX) return `topic of ${length} bytes, the limit is ${TOPIC_BYTES_MAX}`
  if (length === 0) return 'empty topic [MQTT-4.7.3-1]'
  const found = scan(bytes, from, to)
  if (found & WILDCARD) return 'wildcard in a topic name [MQTT-3.3.2-2]'
  return levelsFault(found) ?? (found & (ZERO | WIDE) ? textFault(found, bytes.subarray(from, to)) : undefined)
}

/** Why this is no topic filter (§4.7.1), or undefined. */
export function filterFault(bytes: Uint8Array, from: number, to: number): string | undefined {
  const length = to - from
  if (length > TOPIC_BYTES_MAX) return `filter of ${length} bytes, the limit is ${TOPIC_BYTES_MAX}`
  if (length === 0) return 'empty filter [MQTT-4.7.3-1]'
  const found = scan(bytes, from, to)
  const filter = bytes.subarray(from, to)
  return levelsFault(found) ?? textFault(found, filter) ?? (found & WILDCARD ? wildcardFault(filter) : undefined)
}

const WILDCARD = 1
const ZERO = 2
/** A byte of a character beyond ASCII. */
const WIDE = 4
const ONE_LEVEL = 8

/** Everything the rules ask, in one pass over each published topic: flags, and the number of levels above them. */
function scan(bytes: Uint8Array, from: number, to: number): number {
  let levels = 1
  let flags = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0
    if (byte === SLASH) levels += 1
    else if (byte === PLUS || byte === HASH) flags |= WILDCARD
    else if (byte === 0) flags |= ZERO
    else if (byte > 0x7f) flags |= WIDE
  }
  return levels * ONE_LEVEL + flags
}

function levelsFault(found: number): string | undefined {
  const levels = Math.floor(found / ONE_LEVEL)
  return levels > TOPIC_LEVELS_MAX ? `${levels} topic levels, the limit is ${TOPIC_LEVELS_MAX}` : undefined
}

function textFault(found: number, text: Uint8Array): string | undefined {
  if (found & ZERO) return 'U+0000 [MQTT-1.5.3-2]'
  return found & WIDE && !isUtf8(text) ? 'not UTF-8 [MQTT-1.5.3-1]' : undefined
}

function wildcardFault(filter: Uint8Array): string | undefined {
  const levels = Buffer.from(filter).toString('latin1').split('/')
  if (levels.some((level) => level.length > 1 && /[+#]/.test(level))) return 'wildcard beside others [MQTT-4.7.1-3]'
  return levels.slice(0, -1).includes('#') ? '# before the last level [MQTT-4.7.1-2]' : undefined
}
