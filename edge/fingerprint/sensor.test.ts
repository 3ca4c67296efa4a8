import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sensorBench as bench, settled } from '../../test/harness/sensor.ts'
import { commands } from './commands.ts'
import { instructions } from './datasheet.ts'
import { SensorError } from './sensor.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('sensor', () => {
  it('identifies a finger it knows, and does not know another', async () => {
    const { sensor, simulator } = bench({ library: [[5, 'siti-thumb']] })
    expect(await settled(sensor.captureImage())).toBe('no-finger')
    simulator.press('siti-thumb')
    expect(await settled(sensor.captureImage())).toBe('captured')
    expect(await settled(sensor.extractFeatures(1))).toBe('extracted')
    expect(await settled(sensor.search({ buffer: 1, start: 0, count: 200 }))).toMatchObject({ slot: 5 })
    simulator.press('stranger')
    await settled(sensor.captureImage())
    await settled(sensor.extractFeatures(1))
    expect(await settled(sensor.search({ buffer: 1, start: 0, count: 200 }))).toBe('not-found')
  })

  it('reads which slots are used, page by page', async () => {
    const { sensor, times } = bench({
      capacity: 600,
      library: [0, 7, 8, 255, 256, 599].map((slot) => [slot, `f${slot}`]),
    })
    expect(await settled(sensor.readIndex(600))).toEqual(new Set([0, 7, 8, 255, 256, 599]))
    expect(times(instructions.readIndex)).toBe(3)
  })

  it('gets its answer through noise', async () => {
    const { sensor, simulator } = bench()
    simulator.inject('noise')
    expect(await settled(sensor.readParameters())).toMatchObject({ capacity: 200 })
  })

  it.each(['silent', 'flipped-bit', 'half-frame', 'wrong-address'] as const)(
    'repeats a harmless command after: %s',
    async (fault) => {
      const { sensor, simulator, times } = bench()
      simulator.inject(fault)
      expect(await settled(sensor.captureImage())).toBe('no-finger')
      expect(times(instructions.captureImage)).toBe(2)
    },
  )

  it('takes an answer in pieces', async () => {
    const { sensor, simulator, times } = bench()
    simulator.inject('split')
    expect(await settled(sensor.captureImage())).toBe('no-finger')
    expect(times(instructions.captureImage)).toBe(1)
  })

  it('passes over the extra acknowledgement that an R503 sends before its answer to Match', async () => {
    const { sensor, simulator, times } = bench()
    simulator.inject('bad-packet-first')
    expect(await settled(sensor.match())).toBe('differ')
    expect(times(instructions.match)).toBe(1)
  })

  it('does not take the late answer to a Delete for one to the next command', async () => {
    const { sensor, simulator } = bench({ library: [[1, 'a']], slowMs: 1_500 })
    simulator.inject('slow')
    await expect(settled(sensor.send('deleteTemplates', { slot: 1, count: 1 }))).rejects.toMatchObject({
      cause: 'timeout',
    })
    expect(await settled(sensor.captureImage())).toBe('no-finger')
  })

  it('has no command that brings a template or an image out of the module, or into it', () => {
    // UpChar, DownChar, UpImage, DownImage, and ReadInfPage, which answers with data packets too.
    const transfers = [0x08, 0x09, 0x0a, 0x0b, 0x16]
    expect(Object.values(commands).filter(({ instruction }) => transfers.includes(instruction))).toEqual([])
  })

  it('never repeats a command that changes something', async () => {
    const { sensor, simulator, times } = bench({ library: [[1, 'a']] })
    simulator.inject('silent')
    await expect(settled(sensor.send('deleteTemplates', { slot: 1, count: 1 }))).rejects.toMatchObject({
      cause: 'timeout',
    })
    expect(times(instructions.deleteTemplates)).toBe(1)
  })

  it('never takes a late answer for the answer to another command', async () => {
    const { sensor, simulator } = bench({ library: [[5, 'siti-thumb']], slowMs: 3_100 })
    simulator.press('siti-thumb')
    await settled(sensor.captureImage())
    await settled(sensor.extractFeatures(1))
    simulator.inject('slow')
    const search = sensor.search({ buffer: 1, start: 0, count: 200 })
    const led = sensor.captureImage()
    simulator.lift()
    expect(await settled(search)).toMatchObject({ slot: 5 })
    expect(await settled(led)).toBe('no-finger')
  })

  it('gives up on a module that says nothing', async () => {
    const { sensor, simulator } = bench()
    simulator.setSilent(true)
    await expect(settled(sensor.captureImage())).rejects.toThrow(SensorError)
  })

  it('keeps one command in flight', async () => {
    const { sensor, simulator } = bench({ delaysMs: { [instructions.handshake]: 500 } })
    const both = Promise.all([sensor.handshake(), sensor.readParameters()])
    await vi.advanceTimersByTimeAsync(100)
    expect(simulator.received).toEqual([instructions.handshake])
    await settled(both)
    expect(simulator.received).toEqual([instructions.handshake, instructions.readParameters])
  })

  it('verifies its password again after a power dip', async () => {
    const { sensor, simulator } = bench({ password: 42 }, 42)
    await expect(settled(sensor.verifyPassword(1))).rejects.toMatchObject({ code: 0x13 })
    await settled(sensor.verifyPassword(42))
    simulator.dipPower()
    expect(await settled(sensor.captureImage())).toBe('no-finger')
  })

  it('treats an unknown instruction and an unknown code as failures', async () => {
    const { sensor, theirs, simulator } = bench()
    simulator.close()
    theirs.on('data', () => theirs.write(Buffer.from('ef01ffffffff07000377 0081'.replace(' ', ''), 'hex')))
    await expect(settled(sensor.captureImage())).rejects.toThrow('unknown (0x77)')
  })

  it('hears nothing from another address', async () => {
    const { sensor } = bench({ address: 0x0102_0304 })
    await expect(settled(sensor.handshake())).rejects.toMatchObject({ cause: 'timeout' })
  })

  it('fails at once when the port closes, and ever after', async () => {
    const { sensor, simulator } = bench()
    simulator.setSilent(true)
    const waiting = settled(sensor.handshake())
    sensor.close()
    await expect(waiting).rejects.toMatchObject({ cause: 'closed' })
    await expect(settled(sensor.handshake())).rejects.toMatchObject({ cause: 'closed' })
  })
})
