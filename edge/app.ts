/** Composition root of the door agent: lock, outbox, door database, lines, reader, uplink. */
import { join } from 'node:path'
import { z } from 'zod'
import { type Clock, readBootId, systemClock } from '#runtime/clock.ts'
import { openDataDirectory } from '#runtime/data-directory.ts'
import { acquireLock } from '#runtime/lock-file.ts'
import type { Log } from '#runtime/log.ts'
import type { Running } from '#runtime/run.ts'
import manifest from '../package.json' with { type: 'json' }
import { createAccessStore } from './door/access-store.ts'
import { createDoorAgent, type DoorAgent } from './door/agent.ts'
import { type ClockSources, readBatteryClock } from './door/clock-state.ts'
import { bootTimeMs } from './door/commands-clock.ts'
import { openDoorClock } from './door/door-clock.ts'
import { type DoorStore, openDoorStore } from './door/door-store.ts'
import { openSensorDesk, openTemplates, trustedOwners } from './door/sensor-desk.ts'
import { createSlots } from './door/slots.ts'
import { createTelling, type Telling } from './door/telling.ts'
import { doorDirectory } from './door-directory.ts'
import { type DoorLines, openDoorLines } from './door-lines.ts'
import { openSerialPort } from './fingerprint/serial-port.ts'
import { openSimulatedSensor } from './fingerprint/simulated-sensor.ts'
import { doorIdentity } from './identity/identity-file.ts'
import { isClockSynchronised } from './libc.ts'
import { openOutbox } from './outbox/outbox.ts'
import { openReserve } from './outbox/reserve.ts'
import { type DoorSettings, SIMULATED_SENSOR } from './settings.ts'

export interface DoorParts {
  readonly log: Log
  readonly clock?: Clock
  /** What is known of the clock; the kernel's word when left out. */
  readonly clockSources?: Pick<ClockSources, 'isSynchronised' | 'hasBatteryClock'>
  /** In [0, 1): spreads reconnections. */
  readonly random?: () => number
}

/** A contact counts when it has rested for 50 ms (edge/gpio/wiring.ts); twice that covers a busy machine. */
const CONTACT_SETTLE_MS = 100

const CLOCK_LOOK_EVERY_MS = 1_000

/** How often a full disk is looked at again. */
const RESERVE_EVERY_MS = 60_000

export async function startDoor(settings: DoorSettings, parts: DoorParts): Promise<Running> {
  const { log, clock = systemClock, random = Math.random } = parts
  const { SIAGA_DOOR: door } = settings
  const directory = doorDirectory(openDataDirectory(settings), door)
  const identity = doorIdentity(settings, directory)
  const boot = readBootId()
  const simulated = isSimulated(settings)
  await using opened = new AsyncDisposableStack()
  opened.adopt(acquireLock(join(directory, 'door.lock')), (lock) => lock.release())
  // Known before the agent is: what is full then is told when it is there.
  let onFull = () => {}
  const reserve = openReserve(join(directory, 'reserve'))
  const makeRoom = () => {
    setImmediate(() => onFull())
    return reserve.release()
  }
  const store = opened.adopt(openDoorStore(join(directory, 'door.db'), makeRoom), (each) => each.close())
  const access = createAccessStore({ store, door, commandKey: identity.commandKey, log })
  const doorClock = openDoorClock({
    sources: { ...clockSources(store, boot, simulated), ...parts.clockSources },
    ...{ store, clock, log, firstFloorMs: access.current()?.issuedAt ?? 0 },
    record: (body) => agent.record(body),
    onBack: (back) => agent.setAlarm('clock-back', back),
  })
  const clockState = doorClock.state
  const outboxPath = join(directory, 'outbox.db')
  const outbox = opened.adopt(openOutbox({ path: outboxPath, boot, clock, clockState, makeRoom }), (each) =>
    each.close(),
  )
  const lines = await openDoorLines({ ...linesOf(settings), log })
  opened.defer(() => lines.close())
  const { gpio, outputs, strike } = lines
  const slots = createSlots(store)
  const shared = { version: manifest.version, outbox, slots, access, clock, clockState, doorClock, log }

  // They know each other: what is recorded before the first connection is told at it.
  let telling: Telling | undefined
  const templates = openTemplates({ ...shared, store }, (): DoorAgent => agent)
  const agent = createDoorAgent({
    ...shared,
    ...{ gpio, outputs, strike, store, boot },
    slots: trustedOwners(slots, templates),
    times: doorTimes(settings),
    onChange: () => telling?.changed(),
  })
  repeat(opened, CLOCK_LOOK_EVERY_MS, doorClock.look)
  onFull = () => agent.setAlarm('disk-full', !reserve.held)
  onFull()
  repeat(opened, RESERVE_EVERY_MS, () => reserve.held || (reserve.restore() && onFull()))
  repeat(opened, RESERVE_EVERY_MS, access.keep)
  const desk = openSensorDesk({
    ...shared,
    ...{ store, door, boot, random, agent, templates, bootMs: bootTimeMs },
    commandKey: identity.commandKey,
    ...sensorParts(settings, lines, sensorOf(settings, directory, opened)),
    publish: (channel, payload) => telling?.say(channel, payload),
  })
  telling = createTelling({
    ...shared,
    ...{ door, boot, simulated, random, status: agent.status, broker: { url: settings.SIAGA_MQTT_URL, ...identity } },
    ...{ onCommand: desk.hear, onAccessList: desk.accessListChanged },
    onSetBack: () => agent.setAlarm('set-back', true),
  })
  opened.adopt(telling, (each) => each.close())
  opened.defer(() => agent.close())
  opened.defer(() => desk.close())
  log.info({ door, journal: outbox.journal, simulated }, 'door agent ready')
  const running = opened.move()
  return { close: () => running.disposeAsync() }
}

/** Until everything is closed. */
function repeat(opened: AsyncDisposableStack, everyMs: number, task: () => unknown): void {
  const timer = setInterval(task, everyMs)
  opened.defer(() => clearInterval(timer))
}

function isSimulated({ SIAGA_SIMULATED_HARDWARE, SIAGA_GPIO, SIAGA_SENSOR }: DoorSettings): boolean {
  return SIAGA_SIMULATED_HARDWARE || SIAGA_GPIO === 'simulated' || SIAGA_SENSOR === SIMULATED_SENSOR
}

/** Path of the sensor's port; a simulated sensor lives in this process, on a pseudo-terminal, and is empty at first. */
function sensorOf({ SIAGA_SENSOR }: DoorSettings, directory: string, opened: AsyncDisposableStack): string {
  if (SIAGA_SENSOR !== SIMULATED_SENSOR) return SIAGA_SENSOR
  const sensor = openSimulatedSensor(join(directory, 'simulated-sensor.json'))
  return opened.adopt(sensor, (each) => each.close()).path
}

function sensorParts(settings: DoorSettings, { gpio, outputs }: DoorLines, path: string) {
  const setSensorPower = (on: boolean) => outputs.write('sensorPower', on ? 1 : 0)
  return {
    openPort: () => openSerialPort(path, settings.SIAGA_SENSOR_BAUD),
    password: settings.SIAGA_SENSOR_PASSWORD,
    touch: settings.SIAGA_GPIO_TOUCH && gpio,
    setSensorPower: settings.SIAGA_GPIO_SENSOR_POWER && setSensorPower,
  }
}

/** The last third of the time that the door may stand open is the time to ask that it be closed. */
function doorTimes({ SIAGA_STRIKE_PULSE_MS: pulseMs, SIAGA_HELD_OPEN_MS: heldOpenMs }: DoorSettings) {
  return { pulseMs, heldOpenMs, heldSoonMs: Math.round((heldOpenMs * 2) / 3), settleMs: CONTACT_SETTLE_MS }
}

function linesOf(settings: DoorSettings) {
  return {
    backend: settings.SIAGA_GPIO,
    simulatedSocket: settings.SIAGA_GPIO_SIMULATED_SOCKET,
    wiring: {
      strike: settings.SIAGA_GPIO_STRIKE,
      contact: settings.SIAGA_GPIO_CONTACT,
      exit: settings.SIAGA_GPIO_EXIT,
      touch: settings.SIAGA_GPIO_TOUCH,
      fire: settings.SIAGA_GPIO_FIRE,
      tamper: settings.SIAGA_GPIO_TAMPER,
      power: settings.SIAGA_GPIO_POWER,
      interlock: settings.SIAGA_GPIO_INTERLOCK,
      sensorPower: settings.SIAGA_GPIO_SENSOR_POWER,
      buzzer: settings.SIAGA_GPIO_BUZZER,
    },
  }
}

function clockSources(store: DoorStore, boot: string, simulated: boolean): ClockSources {
  return {
    boot,
    isSynchronised: isClockSynchronised,
    // A simulated door runs on a computer whose clock its operator reads; a container shows no battery clock.
    hasBatteryClock: simulated || readBatteryClock(),
    syncedBoot: store.remembered('clock.synced-boot', z.string()),
    rememberSynced: (value) => store.remember('clock.synced-boot', value),
  }
}
