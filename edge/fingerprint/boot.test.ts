import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sensorBench, settled } from '../../test/harness/sensor.ts'
import { boot } from './boot.ts'
import { instructions } from './datasheet.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('boot', () => {
  it('reads capacity and packet size from the module instead of assuming them', async () => {
    const { sensor } = sensorBench({ capacity: 1_000 })
    expect(await settled(boot(sensor, { password: 0 }))).toMatchObject({ capacity: 1_000, packetSizeCode: 2 })
  })

  it('carries on with a module that was up long before and says no ready byte', async () => {
    const { sensor } = sensorBench()
    await settled(sensor.whenReady(1_000))
    expect(await settled(boot(sensor, { password: 0 }))).toMatchObject({ capacity: 200 })
  })

  it('resets a silent module, and switches its power when that does not help', async () => {
    const { sensor, simulator, times } = sensorBench()
    simulator.setSilent(true)
    const powerCycle = async () => {
      simulator.setSilent(false)
      simulator.dipPower()
    }
    expect(await settled(boot(sensor, { password: 0, powerCycle }))).toMatchObject({ capacity: 200 })
    expect(times(instructions.softReset)).toBe(1)
  })

  it('gives up where there is no line for the power, and at once on a wrong password', async () => {
    const silent = sensorBench()
    silent.simulator.setSilent(true)
    await expect(settled(boot(silent.sensor, { password: 0 }))).rejects.toMatchObject({ cause: 'timeout' })
    const foreign = sensorBench({ password: 7 })
    await expect(settled(boot(foreign.sensor, { password: 0 }))).rejects.toMatchObject({ code: 0x13 })
    expect(foreign.times(instructions.softReset)).toBe(0)
  })
})
