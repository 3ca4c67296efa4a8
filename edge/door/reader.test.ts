import { type Duplex, duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { instructions } from '../fingerprint/datasheet.ts'
import { lights, type RestingLight } from '../fingerprint/lights.ts'
import { SMUDGED_FINGER } from '../fingerprint/simulated-module.ts'
import { createSensorSimulator, type SensorSimulator, type SimulatorOptions } from '../fingerprint/simulator.ts'
import { openSimulatedGpio } from '../gpio/simulated.ts'
import { createReader, type ReaderOptions } from './reader.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const library = [[5, 'siti']] as const

function bench(
  options: SimulatorOptions = { library },
  password = options.password ?? 0,
  touch?: ReaderOptions['touch'],
) {
  const told: string[] = []
  const resting: { light: RestingLight } = { light: 'ready' }
  const simulators: SensorSimulator[] = []
  let far: Duplex | undefined
  let plugged = true
  let wasBlocked = false
  const reader = createReader({
    openPort: async () => {
      if (!plugged) throw new Error('no such device')
      const [near, other] = duplexPair()
      far = other
      simulators.push(createSensorSimulator(other, options))
      return near
    },
    password,
    touch,
    clock: { wallMs: () => Date.now(), monoMs: () => Date.now() },
    random: () => 0,
    log: silentLog,
    onTouch: (match) => {
      told.push(match === 'not-found' ? match : `slot ${match.slot}`)
      return match === 'not-found' ? 'denied' : 'granted'
    },
    rest: () => resting.light,
    inspect: async ({ sensor, capacity }) => (await sensor.readIndex(capacity)).size,
    onReady: ({ capacity, templates }) => told.push(`ready ${templates}/${capacity}`),
    onLost: () => told.push('lost'),
    onBlocked: (blocked) => {
      if (blocked !== wasBlocked) told.push(blocked ? 'blocked' : 'free')
      wasBlocked = blocked
    },
  })
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  const current = () => {
    const simulator = simulators.at(-1)
    if (!simulator) throw new Error('the reader opened no port')
    return simulator
  }
  const close = async () => {
    const closed = reader.close()
    await pass(0)
    await closed
  }
  const unplug = () => {
    plugged = false
    far?.destroy()
  }
  const plug = () => {
    plugged = true
  }
  return { reader, told, pass, current, close, unplug, plug, resting }
}

describe('reader', () => {
  it('makes one decision of one touch, however long the finger stays', async () => {
    const { told, pass, current, close } = bench()
    await pass(500)
    current().press('siti')
    await pass(10_000)
    current().lift()
    await pass(500)
    current().press('stranger')
    await pass(500)
    expect(told).toEqual(['ready 1/200', 'slot 5', 'not-found'])
    await close()
  })

  it('asks for another touch when the image was poor, without a decision', async () => {
    const { told, pass, current, close } = bench()
    await pass(500)
    current().press(SMUDGED_FINGER)
    await pass(1_000)
    current().lift()
    await pass(500)
    current().press('siti')
    await pass(500)
    expect(told).toEqual(['ready 1/200', 'slot 5'])
    await close()
  })

  it('reads with a module that has no coloured light', async () => {
    const { told, pass, current, close } = bench({ library, unsupported: ['setLed'] })
    await pass(500)
    current().press('siti')
    await pass(500)
    expect(current().received).toContain(instructions.setLed)
    expect(told).toEqual(['ready 1/200', 'slot 5'])
    await close()
  })

  it('shows on its light what it does, and what the door says while nobody touches', async () => {
    const { pass, current, close, resting, reader } = bench()
    await pass(500)
    expect(current().light()).toEqual(lights.ready)
    resting.light = 'lockdown'
    await pass(300)
    expect(current().light()).toEqual(lights.lockdown)
    current().injectAt(instructions.search, 'slow')
    current().press('siti')
    await pass(500)
    expect(current().light()).toEqual(lights.busy)
    await pass(3_000)
    expect(current().light()).toEqual(lights.granted)
    current().lift()
    await pass(500)
    expect(current().light()).toEqual(lights.lockdown)
    const other = reader.use(({ sensor }) => sensor.setLed(lights.touch))
    await pass(300)
    await other
    expect(current().light()).toEqual(lights.lockdown)
    await close()
  })

  it('tells a loss once and the return once, and reads on', async () => {
    const { told, pass, current, close, unplug, plug } = bench()
    await pass(500)
    unplug()
    await pass(120_000)
    expect(told).toEqual(['ready 1/200', 'lost'])
    plug()
    await pass(31_000)
    current().press('siti')
    await pass(500)
    expect(told).toEqual(['ready 1/200', 'lost', 'ready 1/200', 'slot 5'])
    await close()
  })

  it('notices a module that falls silent, and opens its port anew', async () => {
    const { told, pass, current, close } = bench()
    await pass(500)
    current().setSilent(true)
    await pass(10_000)
    expect(told).toEqual(['ready 1/200', 'lost', 'ready 1/200'])
    await close()
  })

  it('lends its sensor between touches, and to nobody while there is none', async () => {
    const { reader, pass, close, unplug, told, current } = bench()
    await expect(reader.use(async () => 'too early')).rejects.toMatchObject({ cause: 'closed' })
    await pass(500)
    const lent = reader.use(({ sensor, capacity }) => sensor.readIndex(capacity))
    await pass(500)
    expect(await lent).toEqual(new Set([5]))
    const refused = reader.use(({ sensor }) => sensor.send('loadTemplate', { buffer: 1, slot: 9 }))
    await Promise.all([expect(refused).rejects.toMatchObject({ cause: 'refused' }), pass(500)])
    current().press('siti')
    await pass(500)
    expect(told).toEqual(['ready 1/200', 'slot 5'])
    unplug()
    const lost = reader.use(({ sensor }) => sensor.handshake())
    await Promise.all([expect(lost).rejects.toMatchObject({ cause: 'closed' }), pass(500)])
    await close()
  })

  it('goes on with its work while a finger does not leave, and tells that the glass is blocked', async () => {
    const { told, pass, current, reader, close } = bench()
    await pass(500)
    current().press('siti')
    await pass(20_000)
    const lent = reader.use(({ sensor, capacity }) => sensor.readIndex(capacity))
    await pass(500)
    expect(await lent).toEqual(new Set([5]))
    const looks = () => current().received.filter((each) => each === instructions.readIndex).length
    const before = looks()
    await pass(60_000)
    expect(looks()).toBe(before + 1)
    expect(told).toEqual(['ready 1/200', 'slot 5', 'blocked'])
    current().lift()
    await pass(500)
    current().press('siti')
    await pass(500)
    expect(told).toEqual(['ready 1/200', 'slot 5', 'blocked', 'free', 'slot 5'])
    await close()
  })

  it('reads a finger on a glass that is never free: wet, or of a sensor that knows no other word', async () => {
    const { told, pass, current, close } = bench()
    await pass(500)
    current().press(SMUDGED_FINGER)
    await pass(40_000)
    expect(told).toEqual(['ready 1/200', 'blocked'])
    current().press('siti')
    await pass(500)
    expect(told.at(-1)).toBe('slot 5')
    await pass(60_000)
    expect(told).toHaveLength(3)
    await close()
  })

  it('looks at the templates each minute', async () => {
    const { pass, current, close } = bench()
    await pass(59_000)
    const looks = () => current().received.filter((each) => each === instructions.readIndex).length
    const before = looks()
    await pass(3_000)
    expect(looks()).toBe(before + 1)
    await close()
  })

  it('looks at once when the touch line says so, and seldom in between', async () => {
    const gpio = await openSimulatedGpio()
    const { told, pass, current, close } = bench(undefined, undefined, gpio)
    await pass(1_500)
    const looks = () => current().received.filter((each) => each === instructions.captureImage).length
    const before = looks()
    await pass(10_000)
    expect(looks() - before).toBeLessThanOrEqual(10)
    current().press('siti')
    gpio.drive('touch', 1)
    await pass(10)
    expect(told).toEqual(['ready 1/200', 'slot 5'])
    current().lift()
    gpio.drive('touch', 0)
    await pass(200)
    // Not only at the next look, for which the next touch would wait.
    expect(current().light()).toEqual(lights.ready)
    // The line may be quicker than the image.
    gpio.drive('touch', 1)
    await pass(50)
    current().press('stranger')
    await pass(100)
    expect(told.at(-1)).toBe('not-found')
    await close()
  })

  it('reads and lends its sensor when the touch line says nothing', async () => {
    const { told, pass, current, reader, close } = bench(undefined, undefined, await openSimulatedGpio())
    await pass(500)
    const lent = reader.use(({ sensor, capacity }) => sensor.readIndex(capacity))
    await pass(10)
    expect(await lent).toEqual(new Set([5]))
    current().press('siti')
    await pass(1_100)
    expect(told).toEqual(['ready 1/200', 'slot 5'])
    await close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('verifies the password of its module', async () => {
    const { told, pass, close } = bench({ library, password: 7 })
    await pass(100)
    expect(told).toEqual(['ready 1/200'])
    await close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('uses no module that does not know the password', async () => {
    const { told, pass, close } = bench({ library, password: 7 }, 8)
    await pass(60_000)
    expect(told).toEqual(['lost'])
    await close()
  })
})
