import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sensorBench, settled } from '../../test/harness/sensor.ts'
import { instructions } from './datasheet.ts'
import { deleteTemplate, emptyLibrary } from './library.ts'
import { isPaired, pair } from './pairing.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const library = [
  [1, 'siti'],
  [2, 'budi'],
] as const

describe('deletion', () => {
  it('is proven by the index, whatever became of the acknowledgement', async () => {
    const { sensor, simulator, times } = sensorBench({ library })
    simulator.injectAt(instructions.deleteTemplates, 'silent')
    expect(await settled(deleteTemplate(sensor, 1, 200))).toBe(true)
    expect(times(instructions.deleteTemplates)).toBe(1)
    expect([...simulator.library.keys()]).toEqual([2])
  })

  it('is not believed without the index', async () => {
    const { sensor, simulator } = sensorBench({ library, unsupported: ['deleteTemplates'] })
    expect(await settled(deleteTemplate(sensor, 1, 200))).toBe(false)
    simulator.injectAt(instructions.readIndex, 'silent')
    expect(await settled(emptyLibrary(sensor, 200))).toBe(true)
  })
})

describe('pairing', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, index) => index + 1)

  it('knows its sensor again, and a sensor that was swapped', async () => {
    const ours = sensorBench()
    expect(await settled(pair(ours.sensor, secret))).toBe(true)
    expect(await settled(isPaired(ours.sensor, secret))).toBe(true)
    expect(await settled(isPaired(sensorBench().sensor, secret))).toBe(false)
  })

  it('knows none without a notepad', async () => {
    const { sensor } = sensorBench({ unsupported: ['readNotepad'] })
    expect(await settled(isPaired(sensor, secret))).toBe(false)
  })
})
