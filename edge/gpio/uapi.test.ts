import { describe, expect, it } from 'vitest'
import {
  CHIP_INFO_BYTES,
  decodeChipInfo,
  decodeEvent,
  decodeValues,
  EVENT_BYTES,
  encodeLineRequest,
  encodeValues,
  flags,
  lineDescriptor,
  requests,
} from './uapi.ts'

/** Direction (read 2, write 1), size, type and number as _IOC of <asm-generic/ioctl.h> packs them. */
const ioc = (direction: number, number: number, size: number) =>
  ((direction << 30) | (size << 16) | (0xb4 << 8) | number) >>> 0

describe('GPIO v2 uAPI', () => {
  it('numbers its requests by direction, size, type and number', () => {
    expect(requests.chipInfo).toBe(ioc(2, 0x01, 68))
    expect(requests.getLine).toBe(ioc(3, 0x07, 592))
    expect(requests.getValues).toBe(ioc(3, 0x0e, 16))
    expect(requests.setValues).toBe(ioc(3, 0x0f, 16))
  })

  it('writes a line request byte for byte', () => {
    const bytes = encodeLineRequest({
      offsets: [17, 27],
      consumer: 'siaga',
      attributes: [
        { kind: 'flags', flags: flags.output | flags.activeLow, mask: 1n },
        { kind: 'outputValues', bits: 2n, mask: 3n },
        { kind: 'debounce', periodUs: 50_000, mask: 2n },
      ],
    })
    const expected = Buffer.alloc(592)
    expected.set([17, 0, 0, 0, 27, 0, 0, 0], 0)
    expected.set(Buffer.from('siaga'), 256)
    expected.set([3], 296)
    expected.set([1, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0, 0, 0, 0, 0, 0, 1], 320)
    expected.set([2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3], 344)
    expected.set([3, 0, 0, 0, 0, 0, 0, 0, 0x50, 0xc3, 0, 0, 0, 0, 0, 0, 2], 368)
    expected.set([2], 560)
    expect(bytes.equals(expected)).toBe(true)
    bytes.writeInt32LE(23, 588)
    expect(lineDescriptor(bytes)).toBe(23)
  })

  it('has the flags of the header', () => {
    expect(flags).toEqual({
      activeLow: 2n,
      input: 4n,
      output: 8n,
      risingEdges: 16n,
      fallingEdges: 32n,
      pullUp: 256n,
    })
  })

  it('refuses what the struct does not hold', () => {
    const attribute = { kind: 'debounce', periodUs: 1, mask: 1n } as const
    expect(() => encodeLineRequest({ offsets: [], consumer: '', attributes: [] })).toThrow(RangeError)
    expect(() => encodeLineRequest({ offsets: Array(65).fill(1), consumer: '', attributes: [] })).toThrow(RangeError)
    expect(() => encodeLineRequest({ offsets: [1], consumer: '', attributes: Array(11).fill(attribute) })).toThrow(
      RangeError,
    )
  })

  it('leaves room for the NUL behind a consumer that is too long', () => {
    const bytes = encodeLineRequest({ offsets: [1], consumer: 'x'.repeat(40), attributes: [] })
    expect(bytes.toString('latin1', 256, 288)).toBe(`${'x'.repeat(31)}\0`)
  })

  it('reads chip information', () => {
    const bytes = Buffer.alloc(CHIP_INFO_BYTES)
    bytes.write('gpiochip0', 0)
    bytes.write('pinctrl-bcm2711', 32)
    bytes[64] = 58
    expect(decodeChipInfo(bytes)).toEqual({ name: 'gpiochip0', label: 'pinctrl-bcm2711', lines: 58 })
    expect(decodeChipInfo(Buffer.alloc(CHIP_INFO_BYTES, 'a')).label).toBe('a'.repeat(32))
  })

  it('writes and reads values by bit', () => {
    expect([...encodeValues([0, 1, 1])]).toEqual([6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0])
    expect(decodeValues(Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]), 3)).toEqual([1, 0, 1])
  })

  it('reads an event', () => {
    const bytes = Buffer.alloc(EVENT_BYTES)
    bytes.set([0x15, 0xcd, 0x5b, 0x07, 0, 0, 0, 0, 2, 0, 0, 0, 27, 0, 0, 0, 9, 0, 0, 0, 4], 0)
    expect(decodeEvent(bytes)).toEqual({ timestampNs: 123_456_789n, level: 0, offset: 27, seqno: 9 })
    bytes[8] = 1
    expect(decodeEvent(bytes).level).toBe(1)
  })
})
