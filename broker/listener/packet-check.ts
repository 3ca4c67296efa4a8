/**
 * Every packet but CONNECT by MQTT 3.1.1 §2 and §3: flags, identifiers, strings, exact lengths. The library reads
 * past the end of a short packet into the next one and lets identifier 0 through, so it gets only what passed here. Pure.
 */
import { packetType } from './packet-types.ts'
import { fieldEnd, filterFault, topicFault, uint16 } from './wire-string.ts'

/** A door needs three subscriptions. */
const FILTERS_MAX = 32

export interface PacketView {
  readonly bytes: Uint8Array
  /** First byte of the packet: type and flags. */
  readonly head: number
  /** Offset behind the fixed header. */
  readonly from: number
  /** Offset behind the packet. */
  readonly end: number
}

/** Whether a client may send this first byte at all (§2.2.1, §2.2.2); undefined when it may. */
export function headFault(head: number): string | undefined {
  const flags = head & 0x0f
  switch (head >> 4) {
    case packetType.publish:
      if ((flags & 0x06) === 0x06) return 'PUBLISH with QoS 3 [MQTT-3.3.1-4]'
      return (flags & 0x0e) === 0x08 ? 'PUBLISH with DUP and QoS 0 [MQTT-3.3.1-2]' : undefined
    case packetType.pubrel:
    case packetType.subscribe:
    case packetType.unsubscribe:
      return flags === 2 ? undefined : `flags ${flags}, must be 2 [MQTT-2.2.2-2]`
    case packetType.connect:
    case packetType.puback:
    case packetType.pubrec:
    case packetType.pubcomp:
    case packetType.pingreq:
    case packetType.disconnect:
      return flags === 0 ? undefined : `flags ${flags}, must be 0 [MQTT-2.2.2-2]`
    default:
      return `packet type ${head >> 4} is not for a server to receive`
  }
}

/** Why a packet with a good first byte is refused, or undefined. */
export function packetFault(packet: PacketView): string | undefined {
  const { head, from, end } = packet
  switch (head >> 4) {
    case packetType.publish:
      return publishFault(packet)
    case packetType.subscribe:
    case packetType.unsubscribe:
      return filtersFault(packet)
    case packetType.pingreq:
    case packetType.disconnect:
      return end === from ? undefined : `packet type ${head >> 4} with a body`
    default:
      if (end - from !== 2) return `acknowledgement of ${end - from} bytes, must be 2`
      return identifierFault(packet.bytes, from)
  }
}

function publishFault({ bytes, head, from, end }: PacketView): string | undefined {
  const topicEnd = fieldEnd(bytes, from, end)
  if (topicEnd < 0) return 'PUBLISH is cut short'
  const fault = topicFault(bytes, from + 2, topicEnd)
  if (fault !== undefined || !(head & 0x06)) return fault
  if (topicEnd + 2 > end) return 'PUBLISH is cut short'
  return identifierFault(bytes, topicEnd)
}

function filtersFault({ bytes, head, from, end }: PacketView): string | undefined {
  const withQos = head >> 4 === packetType.subscribe
  if (from + 2 > end) return 'packet is cut short'
  const fault = identifierFault(bytes, from)
  if (fault !== undefined) return fault
  if (from + 2 === end) return `no topic filter ${withQos ? '[MQTT-3.8.3-3]' : '[MQTT-3.10.3-2]'}`
  return eachFilterFault(bytes, { from: from + 2, end, withQos })
}

function eachFilterFault(
  bytes: Uint8Array,
  { from, end, withQos }: { from: number; end: number; withQos: boolean },
): string | undefined {
  let at = from
  for (let count = 1; at < end; count++) {
    if (count > FILTERS_MAX) return `more than ${FILTERS_MAX} filters in one packet`
    const next = fieldEnd(bytes, at, end)
    if (next < 0) return 'topic filter is cut short'
    const flaw = filterFault(bytes, at + 2, next) ?? (withQos ? qosFault(bytes, next, end) : undefined)
    if (flaw !== undefined) return flaw
    at = withQos ? next + 1 : next
  }
  return undefined
}

function qosFault(bytes: Uint8Array, at: number, end: number): string | undefined {
  return at < end && (bytes[at] ?? 0) <= 2 ? undefined : 'no requested QoS of 0 to 2 [MQTT-3-8.3-4]'
}

function identifierFault(bytes: Uint8Array, at: number): string | undefined {
  return uint16(bytes, at) === 0 ? 'packet identifier 0 [MQTT-2.3.1-1]' : undefined
}
