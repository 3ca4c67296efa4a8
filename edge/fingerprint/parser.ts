/**
 * Bytes in any pieces → packets and what had to be thrown away. Looks for the header again after every wrong byte, so
 * noise costs at most the frame it hits. Holds less than one frame; time comes as a parameter.
 */
import { checkFrame, HEADER_HIGH, type Packet } from './packet.ts'

export type ParserOutput =
  | { readonly type: 'packet'; readonly packet: Packet }
  | { readonly type: 'discarded'; readonly bytes: Uint8Array; readonly reason: DiscardReason }
type DiscardReason = 'header' | 'kind' | 'length' | 'checksum' | 'silence'

/** Longest pause inside a frame. A module sends a frame in one go; 100 ms is 20 times the longest answer's byte time. */
export const INTER_BYTE_TIMEOUT_MS = 100

export interface Parser {
  /** Takes bytes that arrived at `atMs` (monotonic). */
  push(bytes: Uint8Array, atMs: number): ParserOutput[]
  /** Gives up a frame whose next byte is late at `nowMs`; what follows its first byte is looked at again. */
  expire(nowMs: number): ParserOutput[]
  /** Bytes of an unfinished frame. */
  readonly pendingBytes: number
}

export function createParser(): Parser {
  let pending = new Uint8Array(0)
  let lastByteMs = 0

  const take = (): ParserOutput[] => {
    const { outputs, rest } = scan(pending)
    pending = rest
    return outputs
  }
  const expire = (nowMs: number): ParserOutput[] => {
    if (nowMs - lastByteMs < INTER_BYTE_TIMEOUT_MS) return []
    const outputs: ParserOutput[] = []
    while (pending.length > 0) {
      outputs.push({ type: 'discarded', bytes: pending.slice(0, 1), reason: 'silence' })
      pending = pending.slice(1)
      outputs.push(...take())
    }
    return outputs
  }
  return {
    push(bytes, atMs) {
      const late = expire(atMs)
      lastByteMs = atMs
      pending = concat(pending, bytes)
      return [...late, ...take()]
    },
    expire,
    get pendingBytes() {
      return pending.length
    },
  }
}

function scan(bytes: Uint8Array): { outputs: ParserOutput[]; rest: Uint8Array<ArrayBuffer> } {
  const outputs: ParserOutput[] = []
  let start = 0
  while (start < bytes.length) {
    const check = checkFrame(bytes.subarray(start))
    if (check.verdict === 'incomplete') break
    if (check.verdict === 'packet') {
      outputs.push({ type: 'packet', packet: check.packet })
      start += check.sizeBytes
    } else {
      const next = bytes.indexOf(HEADER_HIGH, start + 1)
      const end = next < 0 ? bytes.length : next
      outputs.push({ type: 'discarded', bytes: bytes.slice(start, end), reason: check.reason })
      start = end
    }
  }
  return { outputs, rest: bytes.slice(start) }
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(head.length + tail.length)
  joined.set(head)
  joined.set(tail, head.length)
  return joined
}
