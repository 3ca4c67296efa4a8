/** Somebody turns the door's clock back, so that a day that is over begins again. */
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { systemClock } from '#runtime/clock.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { arrived, events, openConnectedDoor, siti, stateOf } from '../harness/connected-door.ts'
import { ended, openLines, openOfflineDoor, START_MS } from '../harness/offline-door.ts'
import { until } from '../harness/until.ts'

const DAY_MS = 86_400_000
const IN_2040_MS = Date.UTC(2040, 0, 1)
const program = 'test/integration/door-at-a-time.ts'

/** The latest time the door knows of, as it is on disk; epoch ms. */
function floorOf(directory: string): number {
  const store = openDoorStore(join(directory, 'door.db'))
  try {
    return store.remembered('clock.floor', z.object({ wallMs: z.number() }))?.wallMs ?? 0
  } finally {
    store.close()
  }
}

it('lets nobody in again whose time is over, after a kill and by any clock that was set back', async () => {
  const { directory, simulator, gpioPath, start, records } = openOfflineDoor({ untilMs: Date.now() + DAY_MS })
  const decisions = () => records().filter(({ kind }) => kind === 'granted' || kind === 'denied')
  const alarms = () => records().filter(({ alarm }) => alarm === 'clock-back')
  /** Starts the agent with that clock, lays the finger on, and kills it when `then` is so. */
  const visit = async (offMs: number, told: 'synced' | 'battery', then: () => boolean) => {
    const before = decisions().length
    simulator.lift()
    const { child, ready } = start({}, [program, String(offMs), told])
    await ready()
    const strikes = (await openLines(gpioPath)).of('strike')
    simulator.press('siti')
    const { kind, reason } = await until('the decision', () => decisions()[before], START_MS)
    await until('what follows', then, START_MS)
    child.kill('SIGKILL')
    await ended(child)
    return { kind, reason, opened: strikes.includes(1) }
  }
  const denied = { kind: 'denied', opened: false }
  const floorReaches = (ms: number) => () => floorOf(directory) >= ms
  expect(await visit(0, 'synced', floorReaches(Date.now()))).toMatchObject({ kind: 'granted' })
  const laterMs = 2 * DAY_MS
  const later = floorReaches(Date.now() + laterMs)
  expect(await visit(laterMs, 'synced', later)).toEqual({ ...denied, reason: 'expired' })
  for (const told of ['synced', 'battery'] as const) {
    expect(await visit(0, told, () => alarms().length === 1)).toEqual({ ...denied, reason: 'clock-unset' })
  }
  expect(await visit(laterMs, 'synced', () => alarms().length === 2)).toEqual({ ...denied, reason: 'expired' })
  expect(alarms().map(({ kind }) => kind)).toEqual(['alarm.raised', 'alarm.cleared'])
})

it('is believed again by a fresh word of the server, when it was far ahead before', async () => {
  const { broker, sensor, start, assign, command, outboxPath } = await openConnectedDoor()
  let wallMs = () => Date.now()
  await start({
    clock: { ...systemClock, wallMs: () => wallMs() },
    clockSources: { isSynchronised: () => true, hasBatteryClock: false },
  })
  await arrived(broker, 'sensor.ready')
  const daily = { ...siti, until: Date.now() + DAY_MS }
  await assign(1, daily)
  wallMs = () => IN_2040_MS
  await until('a look at that', () => floorOf(dirname(outboxPath)) >= IN_2040_MS)
  wallMs = () => Date.now()
  await until('the alarm', () => stateOf(broker).alarms.includes('clock-back'))
  sensor.simulator.press('template-of-siti')
  expect(await arrived(broker, 'denied')).toMatchObject({ reason: 'clock-unset' })
  await sensor.lift()
  expect(await command('c-1', { kind: 'lockdown', at: Date.now() })).toMatchObject({ result: 'done' })
  expect(await command('c-2', { kind: 'release-lockdown', at: Date.now() })).toMatchObject({ result: 'done' })
  expect(stateOf(broker).alarms).toContain('clock-back')
  expect(await command('c-3', { kind: 'confirm-clock', at: Date.now() })).toMatchObject({ result: 'done' })
  await until('no alarm', () => stateOf(broker).alarms.length === 0 && stateOf(broker).clock === 'synced')
  sensor.simulator.press('template-of-siti')
  await arrived(broker, 'granted')
  expect(
    events(broker)
      .filter(({ alarm }) => alarm === 'clock-back')
      .map(({ kind }) => kind),
  ).toEqual([...['alarm.raised', 'alarm.cleared']])
})
