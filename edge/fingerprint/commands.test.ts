import { describe, expect, it } from 'vitest'
import { decodeAnswer, encodeAnswer, encodeRequest } from './commands.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

describe('commands', () => {
  it('writes requests as the manual prints them', () => {
    expect(encodeRequest('verifyPassword', { password: 0 })).toEqual(bytes('13 00000000'))
    expect(encodeRequest('setPassword', { password: 0x12345678 })).toEqual(bytes('12 12345678'))
    expect(encodeRequest('search', { buffer: 1, start: 0, count: 200 })).toEqual(bytes('04 01 0000 00C8'))
    expect(encodeRequest('storeTemplate', { buffer: 1, slot: 5 })).toEqual(bytes('06 01 0005'))
    expect(encodeRequest('deleteTemplates', { slot: 5, count: 1 })).toEqual(bytes('0C 0005 0001'))
    expect(encodeRequest('setLed', { mode: 1, speed: 100, colour: 2, times: 0 })).toEqual(bytes('35 01 64 02 00'))
    expect(encodeRequest('handshake', {})).toEqual(bytes('40'))
  })

  it('reads answers as the manual prints them', () => {
    expect(decodeAnswer('search', bytes('00 0005 0096'))).toEqual({ code: 0, values: { slot: 5, score: 150 } })
    expect(decodeAnswer('search', bytes('09 0000 0000'))).toEqual({ code: 9 })
    expect(decodeAnswer('readParameters', bytes('00 0000 0000 00C8 0003 FFFFFFFF 0002 0006'))).toMatchObject({
      values: { capacity: 200, securityLevel: 3, address: 0xffff_ffff, packetSizeCode: 2, baudFactor: 6 },
    })
    expect(decodeAnswer('captureImage', bytes('7E'))).toEqual({ code: 0x7e })
  })

  it('takes no answer of another length', () => {
    expect(decodeAnswer('search', bytes('00 0005 00'))).toBeUndefined()
    expect(decodeAnswer('captureImage', bytes('00 0005 0096'))).toBeUndefined()
    expect(decodeAnswer('captureImage', bytes(''))).toBeUndefined()
  })

  it('refuses values that do not fit their field', () => {
    expect(() => encodeRequest('extractFeatures', { buffer: 256 })).toThrow('buffer is 256')
    expect(() => encodeRequest('verifyPassword', { password: -1 })).toThrow(RangeError)
    expect(() => encodeAnswer('readIndex', { used: new Uint8Array(31) })).toThrow('31 bytes')
  })
})
