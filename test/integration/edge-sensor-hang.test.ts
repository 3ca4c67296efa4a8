import { expect, it } from 'vitest'
import { openLines, openOfflineDoor } from '../harness/offline-door.ts'
import { template } from '../harness/provisioned-door.ts'
import { until } from '../harness/until.ts'

/** Lost after its time-outs, two greetings and two resets without an answer: some 25 s; the rest is a busy machine. */
const RECOVERY_MS = 90_000

it('switches the power of a sensor that hangs off and on, tells so, and reads on', async () => {
  const { simulator, gpioPath, start, kinds } = openOfflineDoor()
  const { ready } = start({ SIAGA_GPIO_SENSOR_POWER: '12' })
  await ready()
  const lines = await openLines(gpioPath)
  const power = lines.of('sensorPower')
  lines.onOutput((line, level) => {
    if (line === 'sensorPower' && level === 1 && power.includes(0)) simulator.dipPower()
  })
  await until('the sensor', () => kinds().includes('sensor.ready'))
  simulator.hang()
  await until('the end of the alarm', () => kinds().includes('alarm.cleared'), RECOVERY_MS)
  expect(power).toEqual([1, 0, 1])
  expect(kinds()).toEqual([
    ...['started', 'sensor.ready', 'sensor.lost', 'sensor.power-cycled', 'sensor.ready', 'alarm.cleared'],
  ])
  const strikes = lines.of('strike')
  simulator.press(template)
  await until('the strike', () => strikes.at(-1) === 1)
})
