import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packetKinds } from './datasheet.ts'
import { encodePacket, type Packet } from './packet.ts'
import { createParser, INTER_BYTE_TIMEOUT_MS, type ParserOutput } from './parser.ts'

const address = 0xffff_ffff
const packet: fc.Arbitrary<Packet> = fc.record({
  address: fc.nat({ max: 0xffff_ffff }),
  kind: fc.constantFrom(...Object.values(packetKinds)),
  payload: fc.uint8Array({ maxLength: 256 }),
})
/** Without the header's first byte, so it can never begin a frame that swallows the next one. */
const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.filter((byte) => byte !== 0xef))
const property = { seed: 20_261_124, numRuns: 300 }

const packetsOf = (outputs: ParserOutput[]) => outputs.flatMap((out) => (out.type === 'packet' ? [out.packet] : []))
const discardedOf = (outputs: ParserOutput[]) =>
  outputs.flatMap((out) => (out.type === 'discarded' ? [...out.bytes] : []))
const joined = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

function feed(bytes: Uint8Array, cuts: number[]): ParserOutput[] {
  const parser = createParser()
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const pieces = [0, ...places].map((from, index) => bytes.subarray(from, places[index]))
  return pieces.flatMap((piece) => parser.push(piece, 0))
}

describe('parser', () => {
  it('finds the same packets however the bytes are split, and accounts for every other byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, packet), { maxLength: 5 }), fc.array(fc.nat()), (parts, cuts) => {
        const outputs = feed(joined(parts.flatMap(([before, each]) => [before, encodePacket(each)])), cuts)
        expect(packetsOf(outputs)).toEqual(parts.map(([, each]) => each))
        expect(discardedOf(outputs)).toEqual(parts.flatMap(([before]) => [...before]))
      }),
      property,
    )
  })

  it('survives any bytes at all and keeps less than one frame of them', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 }), (pieces) => {
        const parser = createParser()
        for (const piece of pieces) parser.push(piece, 0)
        expect(parser.pendingBytes).toBeLessThan(267)
        parser.expire(INTER_BYTE_TIMEOUT_MS)
        expect(parser.pendingBytes).toBe(0)
        const after = { address, kind: packetKinds.acknowledge, payload: Uint8Array.of(0) }
        expect(packetsOf(parser.push(encodePacket(after), INTER_BYTE_TIMEOUT_MS))).toEqual([after])
      }),
      property,
    )
  })

  it('is split at every byte without losing the packet', () => {
    const frame = encodePacket({ address, kind: packetKinds.acknowledge, payload: Uint8Array.of(0, 0, 5, 0, 150) })
    const parser = createParser()
    const outputs = [...frame].flatMap((byte) => parser.push(Uint8Array.of(byte), 0))
    expect(packetsOf(outputs)).toHaveLength(1)
    expect(discardedOf(outputs)).toEqual([])
  })

  it('finds a packet behind a truncated one once the pause is too long', () => {
    const frame = encodePacket({ address, kind: packetKinds.acknowledge, payload: Uint8Array.of(0) })
    for (let length = 1; length < frame.length; length += 1) {
      const parser = createParser()
      expect(parser.push(frame.subarray(0, length), 0)).toEqual([])
      const outputs = parser.push(frame, INTER_BYTE_TIMEOUT_MS)
      expect(packetsOf(outputs)).toHaveLength(1)
      expect(discardedOf(outputs)).toHaveLength(length)
    }
  })

  it('finds a packet that a false header with a long length had swallowed', () => {
    const frame = encodePacket({ address, kind: packetKinds.acknowledge, payload: Uint8Array.of(0) })
    const parser = createParser()
    const false_ = Uint8Array.of(0xef, 0x01, 1, 2, 3, 4, 0x07, 0x00, 0xf0)
    expect(parser.push(joined([false_, frame]), 0)).toEqual([])
    expect(packetsOf(parser.expire(INTER_BYTE_TIMEOUT_MS - 1))).toEqual([])
    expect(packetsOf(parser.expire(INTER_BYTE_TIMEOUT_MS))).toHaveLength(1)
  })

  it('recovers right after a frame with a wrong checksum', () => {
    const frame = encodePacket({ address, kind: packetKinds.acknowledge, payload: Uint8Array.of(0) })
    const wrong = frame.slice()
    wrong[9] = 0x21
    const outputs = createParser().push(joined([wrong, frame]), 0)
    expect(outputs[0]).toMatchObject({ type: 'discarded', reason: 'checksum' })
    expect(packetsOf(outputs)).toHaveLength(1)
  })
})
