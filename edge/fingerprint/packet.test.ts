import { describe, expect, it } from 'vitest'
import { type PacketKind, packetKinds } from './datasheet.ts'
import { checkFrame, encodePacket } from './packet.ts'

const { command, data, acknowledge, endOfData } = packetKinds
const address = 0xffff_ffff

/** Name, kind, payload, rest of the frame after header and address: printed in the manuals and in published logs. */
const exampleFrames: readonly (readonly [string, PacketKind, string, string])[] = [
  ['VfyPwd 0', command, '13 00000000', '01 0007 13 00000000 001B'],
  ['ok', acknowledge, '00', '07 0003 00 000A'],
  ['GenImg', command, '01', '01 0003 01 0005'],
  ['no finger', acknowledge, '02', '07 0003 02 000C'],
  ['Img2Tz 1', command, '02 01', '01 0004 02 01 0008'],
  ['Img2Tz 2', command, '02 02', '01 0004 02 02 0009'],
  ['Search 0 to 199', command, '04 01 0000 00C8', '01 0008 04 01 0000 00C8 00D6'],
  ['Search hit 5, 150', acknowledge, '00 0005 0096', '07 0007 00 0005 0096 00A9'],
  ['Search miss', acknowledge, '09 0000 0000', '07 0007 09 0000 0000 0017'],
  ['HiSpeedSearch', command, '1B 01 0000 00C8', '01 0008 1B 01 0000 00C8 00ED'],
  ['Match', command, '03', '01 0003 03 0007'],
  ['Match 150', acknowledge, '00 0096', '07 0005 00 0096 00A2'],
  ['RegModel', command, '05', '01 0003 05 0009'],
  ['Store 1 to 5', command, '06 01 0005', '01 0006 06 01 0005 0013'],
  ['LoadChar 5 to 1', command, '07 01 0005', '01 0006 07 01 0005 0014'],
  ['UpChar 1', command, '08 01', '01 0004 08 01 000E'],
  ['DownChar 1', command, '09 01', '01 0004 09 01 000F'],
  ['Delete 5, 1 slot', command, '0C 0005 0001', '01 0007 0C 0005 0001 001A'],
  ['Empty', command, '0D', '01 0003 0D 0011'],
  ['Level 4', command, '0E 05 04', '01 0005 0E 05 04 001D'],
  ['Baud 115200', command, '0E 04 0C', '01 0005 0E 04 0C 0024'],
  ['ReadSysPara', command, '0F', '01 0003 0F 0013'],
  [
    'parameters',
    acknowledge,
    '00 0000 0000 00C8 0003 FFFFFFFF 0002 0006',
    '07 0013 00 0000 0000 00C8 0003 FFFFFFFF 0002 0006 04E9',
  ],
  ['TempleteNum', command, '1D', '01 0003 1D 0021'],
  ['3 templates', acknowledge, '00 0003', '07 0005 00 0003 000F'],
  ['ReadIndexTable 0', command, '1F 00', '01 0004 1F 00 0024'],
  ['slots 1, 2, 5', acknowledge, `00 26 ${'00'.repeat(31)}`, `07 0023 00 26 ${'00'.repeat(31)} 0050`],
  ['GetRandomCode', command, '14', '01 0003 14 0018'],
  ['random code', acknowledge, '00 DEADBEEF', '07 0007 00 DEADBEEF 0346'],
  ['SetPwd', command, '12 12345678', '01 0007 12 12345678 012E'],
  ['verify first', acknowledge, '21', '07 0003 21 002B'],
  ['LED blue breathing', command, '35 01 64 02 00', '01 0007 35 01 64 02 00 00A4'],
  ['LED green on', command, '35 03 00 04 00', '01 0007 35 03 00 04 00 0044'],
  ['LED red flashing 3', command, '35 02 20 01 03', '01 0007 35 02 20 01 03 0063'],
  ['LED off', command, '35 04 00 00 00', '01 0007 35 04 00 00 00 0041'],
  ['HandShake', command, '40', '01 0003 40 0044'],
  ['CheckSensor', command, '36', '01 0003 36 003A'],
  ['GetImageEx', command, '28', '01 0003 28 002C'],
  ['Cancel', command, '30', '01 0003 30 0034'],
  ['SoftRst', command, '3D', '01 0003 3D 0041'],
  ['ReadProdInfo', command, '3C', '01 0003 3C 0040'],
  ['ReadNotepad 0', command, '19 00', '01 0004 19 00 001E'],
  ['AutoEnroll 5', command, '31 05 00 00 01 01', '01 0008 31 05 00 00 01 01 0041'],
  ['32 bytes of data', data, 'AA'.repeat(32), `02 0022 ${'AA'.repeat(32)} 1564`],
  ['last 128 bytes', endOfData, '00'.repeat(128), `08 0082 ${'00'.repeat(128)} 008A`],
]

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const frameOf = (rest: string) => bytes(`EF01 FFFFFFFF ${rest}`)

describe('packet', () => {
  it.each(exampleFrames)('%s is written and read as in the manual', (_, kind, payload, rest) => {
    const frame = frameOf(rest)
    const packet = { address, kind, payload: bytes(payload) }
    expect(encodePacket(packet)).toEqual(frame)
    expect(checkFrame(frame)).toEqual({ verdict: 'packet', packet, sizeBytes: frame.length })
  })

  it.each(exampleFrames)('%s is incomplete at every shorter length', (_name, _kind, _payload, rest) => {
    const frame = frameOf(rest)
    for (let length = 0; length < frame.length; length += 1) {
      expect(checkFrame(frame.subarray(0, length))).toEqual({ verdict: 'incomplete' })
    }
  })

  it('is wrong with any one bit of the checksum inverted', () => {
    const frame = frameOf('07 0007 00 0005 0096 00A9')
    for (let bit = 0; bit < 16; bit += 1) {
      const flipped = frame.slice()
      const index = frame.length - 2 + (bit >> 3)
      flipped[index] = (flipped[index] ?? 0) ^ (1 << (bit & 7))
      expect(checkFrame(flipped)).toEqual({ verdict: 'wrong', reason: 'checksum' })
    }
  })

  it('names the first thing that is wrong', () => {
    expect(checkFrame(bytes('EE'))).toEqual({ verdict: 'wrong', reason: 'header' })
    expect(checkFrame(bytes('EF02'))).toEqual({ verdict: 'wrong', reason: 'header' })
    expect(checkFrame(bytes('EF01 FFFFFFFF 03'))).toEqual({ verdict: 'wrong', reason: 'kind' })
    expect(checkFrame(bytes('EF01 FFFFFFFF 07 0001'))).toEqual({ verdict: 'wrong', reason: 'length' })
    expect(checkFrame(bytes('EF01 FFFFFFFF 07 0103'))).toEqual({ verdict: 'wrong', reason: 'length' })
  })

  it('refuses a payload that no packet holds', () => {
    expect(() => encodePacket({ address, kind: data, payload: new Uint8Array(257) })).toThrow(RangeError)
    expect(encodePacket({ address, kind: data, payload: new Uint8Array(256) })).toHaveLength(267)
  })
})
