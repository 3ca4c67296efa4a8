/** MQTT 3.1.1 packets as bytes, and a bare client that shows what comes back: for what a client library cannot send. */
import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

export function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function packet(head: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([head, ...remainingLength(body.length)]), body])
}

function remainingLength(length: number): number[] {
  const digits: number[] = []
  let rest = length
  do {
    const digit = rest % 128
    rest = Math.floor(rest / 128)
    digits.push(rest > 0 ? digit | 0x80 : digit)
  } while (rest > 0)
  return digits
}

export interface ConnectFields {
  readonly clientId?: string
  readonly username?: string
  readonly password?: string
  readonly keepAliveS?: number
  /** True if not given. */
  readonly clean?: boolean
  readonly will?: { readonly topic: string; readonly payload: string; readonly qos?: number; readonly retain?: boolean }
}

export function connectPacket(fields: ConnectFields): Buffer {
  const { clientId = '', username, password, keepAliveS = 60, clean = true, will } = fields
  const flags =
    (clean ? 0x02 : 0) |
    (will ? 0x04 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password === undefined ? 0 : 0x40) |
    (username === undefined ? 0 : 0x80)
  const parts = [text('MQTT'), Buffer.from([4, flags, keepAliveS >> 8, keepAliveS & 0xff]), text(clientId)]
  if (will) parts.push(text(will.topic), text(will.payload))
  if (username !== undefined) parts.push(text(username))
  if (password !== undefined) parts.push(text(password))
  return packet(0x10, ...parts)
}

function identifier(value: number): readonly number[] {
  return [value >> 8, value & 0xff]
}

export interface PublishFields {
  readonly topic: string
  readonly payload?: string | Uint8Array
  readonly qos?: 0 | 1 | 2
  readonly id?: number
  readonly retain?: boolean
  readonly dup?: boolean
}

export function publishPacket({ topic, payload = '', qos = 1, id = 1, retain, dup }: PublishFields): Buffer {
  const head = 0x30 | (qos << 1) | (retain ? 1 : 0) | (dup ? 8 : 0)
  return packet(head, text(topic), qos > 0 ? identifier(id) : [], bytesOf(payload))
}

function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

export function subscribePacket(id: number, ...filters: readonly (readonly [string, number])[]): Buffer {
  return packet(0x82, identifier(id), ...filters.flatMap(([filter, qos]) => [text(filter), [qos]]))
}

export function unsubscribePacket(id: number, ...filters: readonly string[]): Buffer {
  return packet(0xa2, identifier(id), ...filters.map(text))
}

export const pingPacket = packet(0xc0)
export const disconnectPacket = packet(0xe0)

/** A packet that came back. */
export interface Received {
  readonly whole: Buffer
  readonly type: number
  readonly head: number
  readonly body: Buffer
}

/** Cuts what comes in into packets. */
export class PacketReader {
  private buffer: Buffer = Buffer.alloc(0)

  /** @returns the packets that this chunk completes */
  push(chunk: Buffer): Received[] {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk])
    const packets: Received[] = []
    for (;;) {
      const end = packetEnd(this.buffer)
      if (end === undefined) return packets
      const head = this.buffer[0] ?? 0
      const whole = this.buffer.subarray(0, end.to)
      packets.push({ whole, type: head >> 4, head, body: whole.subarray(end.from) })
      this.buffer = this.buffer.subarray(end.to)
    }
  }
}

/** One TCP connection, and all that the broker sent on it. */
export class WireClient {
  readonly socket: Socket
  readonly received: Received[] = []
  closed = false
  private readonly reader = new PacketReader()

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host, noDelay: true })
    this.socket.on('data', (chunk: Buffer) => this.received.push(...this.reader.push(chunk)))
    this.socket.on('error', () => {
      // A cut may arrive as a reset; the close that follows is what counts.
    })
    this.socket.once('close', () => {
      this.closed = true
    })
  }

  send(...bytes: readonly Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(bytes))
  }

  /** Waits for the packets of one type to be at least this many. */
  async expect(type: number, count = 1, timeoutMs?: number): Promise<Received> {
    const look = () => this.received.filter((one) => one.type === type)[count - 1]
    return await until(`packet ${count} of type ${type}`, look, timeoutMs)
  }

  async expectClose(timeoutMs?: number): Promise<void> {
    await until('the connection to be closed', () => this.closed, timeoutMs)
  }

  destroy(): void {
    this.socket.destroy()
  }
}

/** Where the first packet's body begins and ends; undefined while it is not complete. */
function packetEnd(buffer: Buffer): { from: number; to: number } | undefined {
  let length = 0
  for (let at = 1; at < Math.min(buffer.length, 5); at++) {
    const digit = buffer[at] ?? 0
    length += (digit & 0x7f) * 128 ** (at - 1)
    if (digit & 0x80) continue
    const to = at + 1 + length
    return to <= buffer.length ? { from: at + 1, to } : undefined
  }
  return undefined
}
