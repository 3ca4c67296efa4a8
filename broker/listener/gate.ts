/**
 * Limits on raw bytes, before the MQTT library sees a packet: it has no packet-size limit of its own, and eight
 * sockets that announce 100 MB each before logging in would cost 800 MB. Follows the fixed header of MQTT 3.1.1 §2.2
 * across chunks without copying.
 */

/** CONNECT with a client id, user name, 256-bit token and a will; MQTT 3.1.1 §3.1. */
export const CONNECT_BYTES_MAX = 2048
const CONNECT_TYPE = 1
/** Remaining length has at most four bytes (MQTT 3.1.1 §2.2.3). */
const LENGTH_BYTES_MAX = 4

export type GateVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string }

const passed: GateVerdict = { ok: true }

export class PacketGate {
  /** Largest remaining length after CONNECT, bytes; raised or lowered once the client is known. */
  packetBytesMax: number
  private first = true
  /** Bytes of the current packet still to come. */
  private bodyLeft = 0
  private header: 'type' | 'length' = 'type'
  private type = 0
  private length = 0
  private lengthBytes = 0

  constructor(packetBytesMax: number) {
    this.packetBytesMax = packetBytesMax
  }

  /** Looks at the next chunk of a connection. After a refusal the connection must be closed. */
  check(chunk: Uint8Array): GateVerdict {
    let offset = 0
    while (offset < chunk.length) {
      if (this.bodyLeft > 0) {
        const skipped = Math.min(this.bodyLeft, chunk.length - offset)
        this.bodyLeft -= skipped
        offset += skipped
        continue
      }
      const verdict = this.headerByte(chunk[offset] ?? 0)
      if (!verdict.ok) return verdict
      offset += 1
    }
    return passed
  }

  private headerByte(byte: number): GateVerdict {
    if (this.header === 'type') {
      this.type = byte >> 4
      this.header = 'length'
      this.length = 0
      this.lengthBytes = 0
      if (this.first && this.type !== CONNECT_TYPE) return refuse(`first packet is type ${this.type}, not CONNECT`)
      // [MQTT-3.1.0-2] a second CONNECT is a protocol violation.
      if (!this.first && this.type === CONNECT_TYPE) return refuse('second CONNECT')
      return passed
    }
    this.length += (byte & 0x7f) * 128 ** this.lengthBytes
    this.lengthBytes += 1
    if (byte & 0x80) {
      return this.lengthBytes === LENGTH_BYTES_MAX ? refuse('remaining length has more than four bytes') : passed
    }
    return this.endOfHeader()
  }

  private endOfHeader(): GateVerdict {
    const limit = this.first ? CONNECT_BYTES_MAX : this.packetBytesMax
    if (this.length > limit) return refuse(`packet of ${this.length} bytes, the limit is ${limit}`)
    this.first = false
    this.header = 'type'
    this.bodyLeft = this.length
    return passed
  }
}

function refuse(reason: string): GateVerdict {
  return { ok: false, reason }
}
