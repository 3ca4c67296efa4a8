import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSimulatedGpio } from '../gpio/simulated.ts'
import { createStrike } from './bounded-strike.ts'
import { STRIKE_PULSE_MAX_MS } from './guard-machine.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('strike', () => {
  it('relocks by itself when the pulse is over', async () => {
    const gpio = await openSimulatedGpio()
    const strike = createStrike(gpio)
    strike.release(5_000)
    expect(gpio.strike).toBe(1)
    vi.advanceTimersByTime(4_999)
    expect(gpio.strike).toBe(1)
    vi.advanceTimersByTime(1)
    expect(gpio.strike).toBe(0)
    strike.close()
  })

  it('never releases for longer than the maximum', async () => {
    const gpio = await openSimulatedGpio()
    const strike = createStrike(gpio)
    strike.release(3_600_000)
    vi.advanceTimersByTime(STRIKE_PULSE_MAX_MS)
    expect(gpio.strike).toBe(0)
    strike.close()
  })

  it('locks at start, on close and when the process exits', async () => {
    const gpio = await openSimulatedGpio()
    gpio.setStrike(1)
    const before = process.listeners('exit')
    const strike = createStrike(gpio)
    expect(gpio.strike).toBe(0)
    strike.release(5_000)
    const onExit = process.listeners('exit').find((listener) => !before.includes(listener))
    onExit?.(0)
    expect(gpio.strike).toBe(0)
    strike.release(5_000)
    strike.close()
    expect(gpio.strike).toBe(0)
    expect(process.listeners('exit')).toEqual(before)
    expect(vi.getTimerCount()).toBe(0)
  })
})
