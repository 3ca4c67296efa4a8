import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONNECT_BYTES_MAX, PacketGate } from './gate.ts'

const LIMIT = 70_000

/** A packet of `type` with `length` zero bytes behind its fixed header. */
function packet(type: number, length: number): Uint8Array {
  const header = [type << 4]
  let left = length
  do {
    const digit = left % 128
    left = Math.floor(left / 128)
    header.push(left > 0 ? digit | 0x80 : digit)
  } while (left > 0)
  return Uint8Array.from([...header, ...new Uint8Array(length)])
}

function verdict(bytes: Uint8Array, cuts: number[] = []) {
  const gate = new PacketGate(LIMIT)
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  for (let i = 1; i < edges.length; i++) {
    const answer = gate.check(bytes.subarray(edges[i - 1], edges[i]))
    if (!answer.ok) return answer
  }
  return { ok: true }
}

const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

describe('packet gate', () => {
  it('lets CONNECT and later packets within the limits pass, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3000), { maxLength: 5 }),
        fc.array(fc.nat(9000), { maxLength: 8 }),
        (lengths, cuts) => {
          const bytes = join(packet(1, 100), ...lengths.map((length) => packet(3, length)))
          expect(verdict(bytes, cuts)).toEqual({ ok: true })
        },
      ),
      { seed: 1, numRuns: 200 },
    )
  })

  it('refuses a first packet that is not CONNECT', () => {
    expect(verdict(packet(3, 10))).toMatchObject({ ok: false, reason: 'first packet is type 3, not CONNECT' })
  })

  it('refuses a large CONNECT at its header, before any body', () => {
    expect(verdict(packet(1, CONNECT_BYTES_MAX))).toEqual({ ok: true })
    // 100,000,000 as a remaining length, and nothing behind it yet.
    expect(verdict(Uint8Array.from([0x10, 0x80, 0xc2, 0xd7, 0x2f]))).toMatchObject({ ok: false })
  })

  it('refuses a later packet over the limit, a second CONNECT and an endless length', () => {
    expect(verdict(join(packet(1, 20), packet(3, LIMIT)))).toEqual({ ok: true })
    expect(verdict(join(packet(1, 20), packet(3, LIMIT + 1)))).toMatchObject({ ok: false })
    expect(verdict(join(packet(1, 20), packet(1, 20)))).toMatchObject({ ok: false, reason: 'second CONNECT' })
    expect(verdict(Uint8Array.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]))).toMatchObject({ ok: false })
  })
})
