/** Control packet types and CONNACK return codes of MQTT 3.1.1 (§2.2.1, §3.2.2.3). */

export const packetType = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const

export const connackCode = {
  unacceptableProtocol: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badLogin: 4,
  notAuthorized: 5,
} as const
export type ConnackCode = (typeof connackCode)[keyof typeof connackCode]

/** [MQTT-3.2.2-4]: session present is 0 beside any code but 0. */
export function connackPacket(code: ConnackCode): Uint8Array {
  return Uint8Array.of(0x20, 2, 0, code)
}
