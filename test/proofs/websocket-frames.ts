/** WebSocket frames (RFC 6455 §5.2) as bytes: those a client sends, right or wrong, and those that come back. */

/** `more`: goes on with the message before. */
export const opcode = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
const FIN = 0x80
const MASKED = 0x80
/** Any mask will do: its use is against proxies. */
const MASK = Buffer.of(1, 2, 3, 4)

/** @param head FIN, RSV bits and opcode; FIN is set if not given */
export function clientFrame(kind: number, payload: Buffer, head = FIN | kind): Buffer {
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (MASK[index & 3] ?? 0)))
  return Buffer.concat([Buffer.of(head), lengthOf(payload.length), MASK, masked])
}

function lengthOf(bytes: number): Buffer {
  if (bytes < 126) return Buffer.of(MASKED | bytes)
  const length = Buffer.alloc(3)
  length[0] = MASKED | 126
  length.writeUInt16BE(bytes, 1)
  return length
}

/** A frame that came back. */
export interface ServerFrame {
  readonly kind: number
  readonly payload: Buffer
}

/** Cuts what a server sends into its frames, which are never masked. */
export class FrameReader {
  private buffer: Buffer = Buffer.alloc(0)

  /** @returns the frames that this chunk completes */
  push(chunk: Buffer): ServerFrame[] {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk])
    const frames: ServerFrame[] = []
    for (;;) {
      const bounds = this.payloadBounds()
      if (!bounds) return frames
      const [from, to] = bounds
      frames.push({ kind: (this.buffer[0] ?? 0) & 0x0f, payload: this.buffer.subarray(from, to) })
      this.buffer = this.buffer.subarray(to)
    }
  }

  /** Of the first frame; undefined while it is not complete. */
  private payloadBounds(): [from: number, to: number] | undefined {
    const { buffer } = this
    if (buffer.length < 2) return undefined
    const short = (buffer[1] ?? 0) & 0x7f
    const from = short < 126 ? 2 : short === 126 ? 4 : 10
    if (buffer.length < from) return undefined
    const length = short < 126 ? short : short === 126 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2))
    return buffer.length >= from + length ? [from, from + length] : undefined
  }
}
