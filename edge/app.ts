/** Composition root of the door agent: lock, outbox, door database, lines, reader, uplink. */
import { join } from 'node:path'
import { z } from 'zod'
import { identityName } from '#contract/access.ts'
import { type Clock, readBootId, systemClock } from '#runtime/clock.ts'
import { openDataDirectory } from '#runtime/data-directory.ts'
import { acquireLock } from '#runtime/lock-file.ts'
import type { Log } from '#runtime/log.ts'
import type { Running } from '#runtime/run.ts'
import manifest from '../package.json' with { type: 'json' }
import { createAccessStore } from './door/access-store.ts'
import { createDoorAgent } from './door/agent.ts'
import { type ClockSources, createClockState, readBatteryClock } from './door/clock-state.ts'
import { type DoorStore, openDoorStore } from './door/door-store.ts'
import { createReader } from './door/reader.ts'
import { createSlots } from './door/slots.ts'
import { createTelling } from './door/telling.ts'
import { openSerialPort } from './fingerprint/serial-port.ts'
import { openGpio } from './gpio/open.ts'
import { createStrike } from './gpio/strike.ts'
import { isClockSynchronised } from './libc.ts'
import { openOutbox } from './outbox/outbox.ts'
import type { DoorSettings } from './settings.ts'

export interface DoorParts {
  readonly log: Log
  readonly clock?: Clock
  /** In [0, 1): spreads reconnections. */
  readonly random?: () => number
}

/** The directory of one door's files: `outbox.db` and `door.db`. */
export function doorDirectory(dataDir: string, door: string): string {
  return join(dataDir, 'edge', door)
}

export async function startDoor(settings: DoorSettings, parts: DoorParts): Promise<Running> {
  const { log, clock = systemClock, random = Math.random } = parts
  const { SIAGA_DOOR: door } = settings
  const directory = doorDirectory(openDataDirectory(settings), door)
  const boot = readBootId()
  const simulated = settings.SIAGA_SIMULATED_HARDWARE || settings.SIAGA_GPIO === 'simulated'
  await using opened = new AsyncDisposableStack()
  opened.adopt(acquireLock(join(directory, 'door.lock')), (lock) => lock.release())
  const store = opened.adopt(openDoorStore(join(directory, 'door.db')), (each) => each.close())
  const clockState = createClockState(clockSources(store, boot, simulated))
  const outboxPath = join(directory, 'outbox.db')
  const outbox = opened.adopt(openOutbox({ path: outboxPath, boot, clock, clockState }), (each) => each.close())
  const gpio = await openGpio(settings.SIAGA_GPIO, settings.SIAGA_GPIO_SIMULATED_SOCKET)
  opened.defer(() => gpio.close())
  const slots = createSlots(store)
  const access = createAccessStore({ store, door, commandKey: settings.SIAGA_COMMAND_KEY, log })
  const shared = { version: manifest.version, outbox, slots, access, clock, clockState, log }

  // Agent and telling know each other: what the agent records before the first connection is told at it.
  let changed = () => {}
  const agent = createDoorAgent({
    ...shared,
    ...{ gpio, store },
    strike: createStrike(gpio),
    times: { pulseMs: settings.SIAGA_STRIKE_PULSE_MS, heldOpenMs: settings.SIAGA_HELD_OPEN_MS },
    onChange: () => changed(),
  })
  const telling = createTelling({
    ...shared,
    ...{ door, boot, simulated, random, status: agent.status, broker: brokerOf(settings) },
  })
  opened.defer(() => telling.close())
  opened.defer(() => agent.close())
  changed = telling.changed
  const reader = createReader({
    openPort: () => openSerialPort(settings.SIAGA_SENSOR, settings.SIAGA_SENSOR_BAUD),
    password: settings.SIAGA_SENSOR_PASSWORD,
    ...{ clock, random, log },
    ...{ onTouch: agent.touched, onReady: agent.sensorReady, onLost: agent.sensorLost },
  })
  opened.defer(() => reader.close())
  log.info({ door, journal: outbox.journal, simulated }, 'door agent ready')
  const running = opened.move()
  return { close: () => running.disposeAsync() }
}

function brokerOf(settings: DoorSettings) {
  return {
    url: settings.SIAGA_MQTT_URL,
    username: settings.SIAGA_MQTT_USERNAME ?? identityName({ role: 'door', id: settings.SIAGA_DOOR }),
    password: settings.SIAGA_MQTT_PASSWORD,
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
