/**
 * The gate on raw bytes of one connection: cuts the stream into packets (MQTT 3.1.1 §2.2), checks each one, and
 * releases whole good packets only. The MQTT library has no packet-size limit of its own, and eight sockets that
 * announce 100 MB each before logging in would cost 800 MB.
 */
import { connectFault, type Refusal } from './connect-check.ts'
import { Deliveries } from './deliveries.ts'
import { ExactlyOnce } from './exactly-once.ts'
import { headFault, packetFault } from './packet-check.ts'
import { packetType } from './packet-types.ts'
import { uint16 } from './wire-string.ts'

/** CONNECT with a client id, user name, 256-bit token and a will; MQTT 3.1.1 §3.1. */
export const CONNECT_BYTES_MAX = 2048
/** Remaining length has at most four bytes (MQTT 3.1.1 §2.2.3). */
const LENGTH_BYTES_MAX = 4
const EMPTY: Buffer = Buffer.alloc(0)

/** What an authenticated client may send. */
export interface GateLimits {
  /** Largest remaining length of a packet, bytes. */
  readonly packetBytesMax: number
  /** False for roles that are never sent a message: an acknowledgement of theirs answers nothing. */
  readonly mayAcknowledge: boolean
}

/**
 * `connect`: nothing came through yet. `login`: CONNECT came through, all else waits. `open`: logged in.
 * `ended`: after DISCONNECT or a refusal; whatever comes is dropped.
 */
export type GatePhase = 'connect' | 'login' | 'open' | 'ended'

export class PacketGate {
  phase: GatePhase = 'connect'
  /** Set once: the connection must be closed after what was released before it. */
  refusal: Refusal | undefined
  /** True when a packet has begun and its rest is still to come. */
  partial = false
  readonly exactlyOnce = new ExactlyOnce()
  readonly deliveries = new Deliveries()
  /** A SUBSCRIBE or UNSUBSCRIBE is being worked on: the library would overtake it with what stands behind. */
  private held = false
  private limits: GateLimits | undefined
  /** `bytes[start..end]` came in and was not released. */
  private bytes: Buffer = EMPTY
  private start = 0
  private end = 0
  /** Offset behind the fixed header of the packet that was checked last. */
  private bodyFrom = 0

  /** Logged in: packets may follow. */
  open(limits: GateLimits): void {
    if (this.phase !== 'login') return
    this.limits = limits
    this.phase = 'open'
  }

  /** The SUBSCRIBE or UNSUBSCRIBE that was released last is done. */
  proceed(): void {
    this.held = false
  }

  /** Whether `take` can go on only with more bytes. */
  get hungry(): boolean {
    return this.start === this.end || this.partial
  }

  /** Takes the next chunk of the connection; only while it is hungry. */
  push(chunk: Buffer): void {
    if (this.start === this.end) {
      this.bytes = chunk
      this.start = 0
      this.end = chunk.length
      return
    }
    if (this.bytes.length - this.end < chunk.length) this.grow(chunk.length)
    chunk.copy(this.bytes, this.end)
    this.end += chunk.length
  }

  /**
   * The next whole packets, without copying them.
   * @param mayPass asked once a packet, with its size in bytes; false leaves it and all behind it for later
   */
  take(mayPass: (bytes: number) => boolean): Buffer | undefined {
    const from = this.start
    let at = from
    this.partial = false
    while (at < this.end && !this.held && (this.phase === 'connect' || this.phase === 'open')) {
      const next = this.packetEnd(at)
      if (next === at || !mayPass(next - at)) break
      this.follow(at)
      at = next
    }
    const released = at > from ? this.bytes.subarray(from, at) : undefined
    this.start = at
    if (this.refusal) this.phase = 'ended'
    if (this.phase === 'ended' || this.start === this.end) this.drop()
    else if (this.partial) this.keepTail()
    return released
  }

  /** Offset behind the packet at `at`, or `at` when it is not complete yet or refused. */
  private packetEnd(at: number): number {
    const { bytes } = this
    const head = bytes[at] ?? 0
    const flaw = this.orderFault(head >> 4) ?? headFault(head)
    if (flaw !== undefined) return this.refuse({ reason: flaw }, at)
    let length = 0
    let from = at + 1
    for (let digit = 0x80; digit & 0x80; from++) {
      if (from - at > LENGTH_BYTES_MAX) return this.refuse({ reason: 'remaining length has more than four bytes' }, at)
      if (from >= this.end) return this.wait(at)
      digit = bytes[from] ?? 0
      length += (digit & 0x7f) * 128 ** (from - at - 1)
    }
    const limit = this.limits?.packetBytesMax ?? CONNECT_BYTES_MAX
    if (length > limit) return this.refuse({ reason: `packet of ${length} bytes, the limit is ${limit}` }, at)
    const end = from + length
    return end > this.end ? this.wait(at) : this.whole(at, from, end)
  }

  private whole(at: number, from: number, end: number): number {
    this.bodyFrom = from
    const head = this.bytes[at] ?? 0
    if (this.phase === 'connect') {
      const refusal = connectFault(this.bytes, from, end)
      return refusal ? this.refuse(refusal, at) : end
    }
    const flaw = packetFault({ bytes: this.bytes, head, from, end })
    return flaw === undefined ? end : this.refuse({ reason: flaw }, at)
  }

  /** What a good packet changes in the state of the session. */
  private follow(at: number): void {
    const from = this.bodyFrom
    const head = this.bytes[at] ?? 0
    const type = head >> 4
    if (type === packetType.connect) this.phase = 'login'
    // [MQTT-3.14.4-2]: nothing may follow; the library would still act on what came in the same chunk.
    else if (type === packetType.disconnect) this.phase = 'ended'
    else if (type === packetType.subscribe || type === packetType.unsubscribe) this.held = true
    else if (type === packetType.puback || type === packetType.pubcomp) {
      this.deliveries.acknowledged(uint16(this.bytes, from))
    } else if (type === packetType.pubrel) this.exactlyOnce.released(uint16(this.bytes, from))
    else if (type === packetType.publish && (head & 0x06) === 0x04) {
      this.exactlyOnce.received(uint16(this.bytes, from + 2 + uint16(this.bytes, from)))
    }
  }

  private orderFault(type: number): string | undefined {
    const isConnect = type === packetType.connect
    if (this.phase === 'connect') return isConnect ? undefined : `first packet is type ${type} [MQTT-3.1.0-1]`
    if (isConnect) return 'second CONNECT [MQTT-3.1.0-2]'
    const answers = type === packetType.puback || type === packetType.pubrec || type === packetType.pubcomp
    return answers && !this.limits?.mayAcknowledge ? 'acknowledges what it was never sent' : undefined
  }

  private wait(at: number): number {
    this.partial = true
    return at
  }

  private refuse(refusal: Refusal, at: number): number {
    this.refusal = refusal
    return at
  }

  private drop(): void {
    this.bytes = EMPTY
    this.start = 0
    this.end = 0
  }

  /** A tail in its own small buffer: as a part of its chunk it would keep 64 KiB alive. */
  private keepTail(): void {
    if (this.start === 0 && this.bytes.length < CONNECT_BYTES_MAX) return
    if (this.start === 0 && this.end * 2 > this.bytes.length) return
    this.bytes = Buffer.from(this.bytes.subarray(this.start, this.end))
    this.end -= this.start
    this.start = 0
  }

  /** Doubles, so a packet that comes byte by byte is not copied each time. */
  private grow(moreBytes: number): void {
    const used = this.end - this.start
    const larger = Buffer.allocUnsafe(Math.max(used + moreBytes, used * 2))
    this.bytes.copy(larger, 0, this.start, this.end)
    this.bytes = larger
    this.start = 0
    this.end = used
  }
}
