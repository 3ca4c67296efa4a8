/** The door agent, its strike guard and the relock as real processes, on lines that stay driven when a process dies. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { openFuseGpio } from '../harness/fuse-gpio/bench.ts'
import { describeWithGpio } from '../harness/fuse-gpio/describe.ts'
import { openLinesDoor, pins } from '../harness/lines-door.ts'
import { root, runProgram } from '../harness/process.ts'
import { cutDuringGrant, cuts, releases, relockMaxMs } from '../harness/strike-cut.ts'
import { until } from '../harness/until.ts'

async function openBench({ activeLow = false, base = 512 } = {}) {
  const pulledUp = [pins.contact, pins.exit, ...(activeLow ? [pins.strike] : [])]
  const gpio = await openFuseGpio({ base, pulledUp })
  const door = openLinesDoor(gpio, activeLow)
  onTestFinished(async () => {
    await door[Symbol.asyncDispose]()
    await gpio[Symbol.asyncDispose]()
  })
  return { gpio, door }
}

describeWithGpio('a door on sysfs lines', () => {
  it.each([
    ['high', false, 0],
    ['low', true, 512],
  ])(
    'opens for the finger, relocks behind the person, and is locked at its end: active %s',
    async (_, activeLow, base) => {
      const { gpio, door } = await openBench({ activeLow, base })
      const agent = door.start()
      await agent.ready()
      await door.open()
      gpio.drive(pins.contact, 1, 0, 1)
      await delay(200)
      gpio.drive(pins.contact, 0, 1, 0)
      await until('the strike to lock', () => gpio.voltage(pins.strike) === door.restVoltage)
      gpio.drive(pins.exit, 0)
      await until('the exit button', () => gpio.voltage(pins.strike) !== door.restVoltage)
      process.kill(agent.pid, 'SIGTERM')
      expect(await agent.ended).toBe(0)
      expect(gpio.voltage(pins.strike)).toBe(door.restVoltage)
      expect(releases(gpio, door)).toBe(2)
    },
  )

  it.each(cuts.flatMap((cut) => [[cut, 'high', false] as const, [cut, 'low', true] as const]))(
    'locks in time: %s, active %s',
    async (cut, _, activeLow) => {
      const { gpio, door } = await openBench({ activeLow })
      expect(await cutDuringGrant(gpio, door, { cut, afterMs: 200 })).toBeLessThanOrEqual(relockMaxMs(cut))
      expect(releases(gpio, door)).toBe(1)
      expect(gpio.voltage(pins.strike)).toBe(door.restVoltage)
    },
  )

  it('never releases an active-low strike when it starts, is killed while it starts, or relocks', async () => {
    const { gpio, door } = await openBench({ activeLow: true })
    for (const afterMs of [100, 300, 500, 700, 900, 1_100]) {
      const agent = door.start()
      await delay(afterMs)
      process.kill(agent.pid, 'SIGKILL')
      await agent.ended
    }
    expect(await door.relock()).toBe(0)
    const agent = door.start()
    await agent.ready()
    process.kill(agent.pid, 'SIGTERM')
    expect(await agent.ended).toBe(0)
    expect(gpio.changes.filter(({ bcm }) => bcm === pins.strike)).toEqual([])
  })

  it('feeds the sensor all the time, and beeps before a door counts as held open', async () => {
    const [power, buzzer] = [12, 13]
    const gpio = await openFuseGpio({ base: 512, pulledUp: [pins.contact, pins.exit, power, buzzer] })
    const door = openLinesDoor(gpio, false)
    onTestFinished(async () => {
      await door[Symbol.asyncDispose]()
      await gpio[Symbol.asyncDispose]()
    })
    const settings = {
      SIAGA_GPIO_SENSOR_POWER: `${power}`,
      SIAGA_GPIO_BUZZER: `${buzzer}!`,
      SIAGA_HELD_OPEN_MS: '3000',
    }
    const agent = door.start(settings)
    await agent.ready()
    gpio.drive(pins.contact, 1)
    await until('the beep', () => gpio.voltage(buzzer) === 0)
    await until('the silence', () => gpio.voltage(buzzer) === 1)
    process.kill(agent.pid, 'SIGTERM')
    expect(await agent.ended).toBe(0)
    const changes = gpio.changes.filter(({ bcm }) => bcm === power || bcm === buzzer)
    expect(changes.map(({ bcm, voltage }) => [bcm, voltage])).toEqual([
      [buzzer, 0],
      [buzzer, 1],
    ])
  })

  it.each([
    ['the package', 'node_modules/onoff', 'npm ci --include=optional'],
    ['its addon', 'node_modules/epoll/build', 'npm run build:gpio'],
  ])('ends with the command that helps where %s is not there', async (_, directory, command) => {
    const { gpio, door } = await openBench()
    const [program = '', ...args] = [...gpio.enter, 'mount', '-t', 'tmpfs', 'nothing', join(root, directory)]
    expect(await runProgram(program, args)).toMatchObject({ code: 0 })
    const agent = door.start()
    expect(await agent.ended).toBe(78)
    expect(agent.words()).toContain('SIAGA_GPIO is "onoff", which cannot be loaded')
    expect(agent.words()).toContain(command)
  })
})
