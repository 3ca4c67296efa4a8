/**
 * One packet of the sensor's protocol, to and from bytes (ZFM-20 manual, "data package format"). Big endian:
 *
 * | bytes    | field    | value                                                                 |
 * |----------|----------|-----------------------------------------------------------------------|
 * | 0–1      | header   | EF 01                                                                 |
 * | 2–5      | address  | FF FF FF FF unless changed; a module is silent on any other           |
 * | 6        | kind     | 01 command, 02 data, 07 acknowledgement, 08 last data                 |
 * | 7–8      | length L | payload + 2, the checksum counts                                      |
 * | 9…       | payload  | command: instruction and arguments; acknowledgement: code and values  |
 * | last 2   | checksum | sum of the bytes from kind to the end of the payload, modulo 65,536   |
 */
import { type PacketKind, packetKinds } from './datasheet.ts'

export interface Packet {
  readonly address: number
  readonly kind: PacketKind
  /** At most 256 bytes. */
  readonly payload: Uint8Array
}

export const HEADER_HIGH = 0xef
const HEADER_LOW = 0x01
/** Header, address, kind and length. */
export const PREFIX_BYTES = 9
const CHECKSUM_BYTES = 2
const PAYLOAD_BYTES_MAX = 256
const KIND_OFFSET = 6
const LENGTH_OFFSET = 7
const kinds: ReadonlySet<number> = new Set(Object.values(packetKinds))

/** @throws RangeError when the payload is longer than the protocol allows. */
export function encodePacket({ address, kind, payload }: Packet): Uint8Array {
  if (payload.length > PAYLOAD_BYTES_MAX) {
    throw new RangeError(`payload of ${payload.length} bytes, a packet holds ${PAYLOAD_BYTES_MAX}`)
  }
  const frame = new Uint8Array(PREFIX_BYTES + payload.length + CHECKSUM_BYTES)
  const view = new DataView(frame.buffer)
  view.setUint8(0, HEADER_HIGH)
  view.setUint8(1, HEADER_LOW)
  view.setUint32(2, address)
  view.setUint8(KIND_OFFSET, kind)
  view.setUint16(LENGTH_OFFSET, payload.length + CHECKSUM_BYTES)
  frame.set(payload, PREFIX_BYTES)
  view.setUint16(PREFIX_BYTES + payload.length, checksumOf(frame))
  return frame
}

export type FrameCheck =
  /** More bytes are needed before anything can be said. */
  | { readonly verdict: 'incomplete' }
  | { readonly verdict: 'packet'; readonly packet: Packet; readonly sizeBytes: number }
  | { readonly verdict: 'wrong'; readonly reason: 'header' | 'kind' | 'length' | 'checksum' }

/** Judges the frame that starts at the first byte, as early as its bytes allow. */
export function checkFrame(bytes: Uint8Array): FrameCheck {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if ((bytes[0] ?? HEADER_HIGH) !== HEADER_HIGH || (bytes[1] ?? HEADER_LOW) !== HEADER_LOW) {
    return { verdict: 'wrong', reason: 'header' }
  }
  const kind = bytes[KIND_OFFSET]
  if (kind === undefined) return { verdict: 'incomplete' }
  if (!isPacketKind(kind)) return { verdict: 'wrong', reason: 'kind' }
  if (bytes.length < PREFIX_BYTES) return { verdict: 'incomplete' }
  const length = view.getUint16(LENGTH_OFFSET)
  if (length < CHECKSUM_BYTES || length > PAYLOAD_BYTES_MAX + CHECKSUM_BYTES) {
    return { verdict: 'wrong', reason: 'length' }
  }
  const sizeBytes = PREFIX_BYTES + length
  if (bytes.length < sizeBytes) return { verdict: 'incomplete' }
  const frame = bytes.subarray(0, sizeBytes)
  if (view.getUint16(sizeBytes - CHECKSUM_BYTES) !== checksumOf(frame)) return { verdict: 'wrong', reason: 'checksum' }
  const payload = frame.slice(PREFIX_BYTES, sizeBytes - CHECKSUM_BYTES)
  return { verdict: 'packet', packet: { address: view.getUint32(2), kind, payload }, sizeBytes }
}

function isPacketKind(value: number): value is PacketKind {
  return kinds.has(value)
}

function checksumOf(frame: Uint8Array): number {
  let sum = 0
  for (const byte of frame.subarray(KIND_OFFSET, frame.length - CHECKSUM_BYTES)) sum += byte
  return sum & 0xffff
}
