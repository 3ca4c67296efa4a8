import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { CommandBody } from '#contract/command.ts'
import { silentLog } from '#runtime/log.ts'
import { settled } from '../../test/harness/sensor.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { createSensorSimulator, type SensorSimulator } from '../fingerprint/simulator.ts'
import type { DoorStatus } from './agent.ts'
import type { Progress } from './commands.ts'
import { createCommandActions } from './commands-actions.ts'
import { openDoorStore } from './door-store.ts'
import { createEnrolment } from './enrolment.ts'
import { createReader } from './reader.ts'
import { createSlots } from './slots.ts'
import { createTemplates } from './templates.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const clock = { wallMs: () => Date.now(), monoMs: () => Date.now() }
const frame = { id: 'c-1', door: 'd', nonce: 'n'.repeat(43), actor: 'demo', reason: 'pegawai baru' }

/** Reader, templates and enrolment at a simulated sensor. */
async function bench() {
  const store = openDoorStore(join(temporaryDirectory(), 'door.db'))
  onTestFinished(store.close)
  const slots = createSlots(store)
  const access = {
    current: () => ({ people: ['siti', 'budi'].map((person) => ({ person, from: 0, until: null, roles: [] })) }),
  }
  const shared = { store, slots, access, record: () => true, log: silentLog }
  const templates = createTemplates({ ...shared, alarm: () => {} })
  const enrolment = createEnrolment({ ...shared, templates, nowMs: clock.monoMs })
  let simulator: SensorSimulator | undefined
  const reader = createReader({
    openPort: async () => {
      const [near, far] = duplexPair()
      simulator = createSensorSimulator(far)
      return near
    },
    ...{ password: 0, clock, random: () => 0, log: silentLog, inspect: templates.inspect },
    ...{ onTouch: () => 'denied', rest: () => 'ready', onReady: () => {} },
    ...{ onLost: () => {}, onBlocked: () => {} },
  })
  const heard: number[] = []
  const agent = {
    ...{ unlock: () => true, lock: () => {}, setLockdown: () => true, setAlarm: () => {} },
    status: (): DoorStatus => ({ lock: 'locked', contact: 'closed', alarms: [], sensor: 'ready', lockdown: false }),
  }
  const act = createCommandActions({
    ...{ agent, reader, templates, enrolment },
    // A door whose clock stands at 2,000.
    doorClock: { heard: (signedMs) => void heard.push(signedMs), confirm: (signedMs) => signedMs <= 2_000 },
  })
  const give = (request: object, progress: Progress = () => {}) =>
    act(CommandBody.parse({ ...frame, ...request }), progress)
  await vi.advanceTimersByTimeAsync(1_000)
  if (!simulator) throw new Error('the reader opened no port')
  return { give, heard, slots, sensor: simulator, close: () => settled(reader.close()) }
}

const enrol = (person: string) => ({ kind: 'enrol', person, finger: 'kanan', duress: false }) as const
const busy = { result: 'refused', reason: 'busy' }

describe('commands at the sensor', () => {
  it('are refused while an enrolment runs: a second one would take the next finger for somebody else', async () => {
    const { give, slots, sensor, close } = await bench()
    const first = give(enrol('siti'), ({ step }) => {
      if (step === 'touch') setTimeout(() => sensor.press('finger-of-siti'), 200)
      else sensor.lift()
    })
    const others = [give(enrol('budi')), give({ kind: 'delete', person: 'budi' }), give({ kind: 'pair-sensor' })]
    const said: unknown[] = []
    for (const other of others) void other.then((outcome) => said.push(outcome))
    await vi.advanceTimersByTimeAsync(0)
    expect(said).toEqual([busy, busy, busy])
    expect(await give({ kind: 'unlock', override: false })).toEqual({ result: 'done' })
    expect(await settled(first)).toMatchObject({ result: 'done' })
    expect(slots.all().map(({ person }) => person)).toEqual(['siti'])
    expect(await settled(give({ kind: 'delete', person: 'siti' }))).toEqual({ result: 'done' })
    await close()
  })

  it('can be cancelled, also an enrolment that still waits for the sensor', async () => {
    const { give, slots, sensor, close } = await bench()
    expect(await give({ kind: 'cancel' })).toMatchObject({ reason: 'nothing-under-way' })
    sensor.press('finger-of-somebody')
    await vi.advanceTimersByTimeAsync(1_000)
    const waiting = give(enrol('siti'))
    expect(await give({ kind: 'cancel' })).toEqual({ result: 'done' })
    sensor.lift()
    expect(await settled(waiting)).toEqual({ result: 'refused', reason: 'cancelled' })
    expect(slots.all()).toEqual([])
    await close()
  })
})

describe('the time of a command', () => {
  it('is heard, and takes the place of the door’s latest only when asked to', async () => {
    const { give, heard, close } = await bench()
    await give({ kind: 'lockdown', at: 1_000 })
    expect(await give({ kind: 'confirm-clock', at: 2_000 })).toEqual({ result: 'done' })
    expect(await give({ kind: 'confirm-clock', at: 2_001 })).toEqual({ result: 'refused', reason: 'clock-back' })
    expect(await give({ kind: 'confirm-clock' })).toEqual({ result: 'refused', reason: 'no-time' })
    expect(heard).toEqual([1_000, 2_000, 2_001])
    await close()
  })
})
