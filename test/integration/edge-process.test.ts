import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import type { SensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { ended, openLines, openOfflineDoor, START_MS } from '../harness/offline-door.ts'
import { until } from '../harness/until.ts'

/** Process ids of the agent's strike guards. */
function guardsOf({ pid }: ChildProcess): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  // A child that is not the guard's program yet keeps its parent waiting for that: stopped then, it would stop the agent.
  return children
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('guard-main'))
    .map(Number)
}

/** Takes the finger away, and lays it on until the door has decided. */
async function touchAgain(simulator: SensorSimulator, finger: string, decided: () => boolean) {
  const looks = () => simulator.received.filter((each) => each === instructions.captureImage).length
  simulator.lift()
  const before = looks()
  await until('a look at the empty glass', () => looks() >= before + 2)
  simulator.press(finger)
  await until('the decision', decided, START_MS)
}

describe('door process', () => {
  it('has the grant on disk when the strike moves, even if it dies in that moment', async () => {
    const { simulator, gpioPath, start, kinds } = openOfflineDoor()
    const { child, ready } = start()
    await ready()
    const strikes = (await openLines(gpioPath)).of('strike')
    simulator.press('siti')
    await until('the strike', () => strikes.at(-1) === 1)
    child.kill('SIGKILL')
    await ended(child)
    expect(kinds()).toEqual(['started', 'sensor.ready', 'granted'])
    const again = start()
    await again.ready()
    const levels = (await openLines(gpioPath)).of('strike')
    await until('a level', () => levels.length > 0)
    expect(levels).toEqual([0])
  })

  it('locks and denies while its strike guard is dead, and opens again when the next one is there', async () => {
    const { simulator, gpioPath, start, kinds } = openOfflineDoor()
    const { child, log, ready } = start()
    await ready()
    const strikes = (await openLines(gpioPath)).of('strike')
    simulator.press('siti')
    await until('the strike', () => strikes.at(-1) === 1)
    const [guard = 0] = guardsOf(child)
    const killedAtMs = performance.now()
    process.kill(guard, 'SIGKILL')
    await until('the strike to lock', () => strikes.at(-1) === 0)
    expect(performance.now() - killedAtMs).toBeLessThan(1_000)
    // The next guard is held before it can say that it is ready, so that the door is without one.
    const [next = 0] = await until(
      'the next guard',
      () => guardsOf(child).some((pid) => pid !== guard) && guardsOf(child),
    )
    process.kill(next, 'SIGSTOP')
    await touchAgain(simulator, 'siti', () => kinds().includes('denied'))
    expect(strikes.at(-1)).toBe(0)
    process.kill(next, 'SIGCONT')
    await until('the end of the alarm', () => kinds().includes('alarm.cleared'), START_MS)
    await touchAgain(simulator, 'siti', () => strikes.at(-1) === 1)
    expect(kinds().slice(2)).toEqual([
      ...['granted', 'unopened', 'locked', 'alarm.raised', 'denied', 'alarm.cleared', 'granted'],
    ])
    expect(log()).toContain('strike guard lost')
  })

  it('locks, says so and ends with 0 on SIGTERM', async () => {
    const { simulator, gpioPath, start, kinds } = openOfflineDoor()
    const { child, log, ready } = start()
    await ready()
    const strikes = (await openLines(gpioPath)).of('strike')
    simulator.press('siti')
    await until('the strike', () => strikes.at(-1) === 1)
    child.kill('SIGTERM')
    expect(await ended(child)).toBe(0)
    await until('the strike to lock', () => strikes.at(-1) === 0)
    expect(kinds().slice(2)).toEqual(['granted', 'unopened', 'locked'])
    expect(log()).not.toContain('siti')
  })

  it('brings a simulated sensor of its own, which is the same after a restart', async () => {
    const { gpioPath, start, kinds } = openOfflineDoor()
    const settings = { SIAGA_SENSOR: 'simulated', SIAGA_GPIO_TOUCH: '24!' }
    const first = start(settings)
    await first.ready()
    await until('the sensor', () => kinds().includes('sensor.ready'), START_MS)
    const lines = await openLines(gpioPath)
    const strikes = lines.of('strike')
    lines.drive('exit', 1)
    await until('the strike', () => strikes.at(-1) === 1)
    first.child.kill('SIGTERM')
    expect(await ended(first.child)).toBe(0)
    // It came empty: whoever had a template elsewhere has none here.
    expect(kinds()).toEqual([...['started', 'template.missing', 'sensor.ready', 'exit', 'unopened', 'locked']])
    const second = start(settings)
    await second.ready()
    await until('the sensor again', () => kinds().length === 8, START_MS)
    expect(kinds().slice(6)).toEqual(['started', 'sensor.ready'])
  })

  it('refuses lines that cannot be had, saying what to do, and a second agent for the same door', async () => {
    const { start } = openOfflineDoor()
    const unwired = start({ SIAGA_GPIO: 'cdev' })
    expect(await ended(unwired.child)).toBe(78)
    expect(unwired.log()).toContain('needs SIAGA_GPIO_STRIKE and SIAGA_GPIO_CONTACT')
    // Nothing here is the header of a Raspberry Pi, whatever chips this kernel has.
    const cdev = start({ SIAGA_GPIO: 'cdev', SIAGA_GPIO_STRIKE: '17', SIAGA_GPIO_CONTACT: '27' })
    expect(await ended(cdev.child)).toBe(78)
    expect(cdev.log()).toContain('no chip is the header of a Raspberry Pi')
    const first = start()
    await first.ready()
    const second = start()
    expect(await ended(second.child)).toBe(1)
    expect(second.log()).toContain('held by another process')
  })
})
