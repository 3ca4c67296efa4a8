/** Everything of a door that needs its sensor: the reader, the templates on it, enrolment, and the commands. */
import type { KeyObject } from 'node:crypto'
import type { ClockState } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { createSensorPower, type SensorPower, type SensorPowerOptions } from '../fingerprint/power.ts'
import type { AccessStore } from './access-store.ts'
import type { DoorAgent } from './agent.ts'
import { type CommandOptions, type Commands, createCommands } from './commands.ts'
import { createCommandActions } from './commands-actions.ts'
import type { DoorClock } from './door-clock.ts'
import type { DoorStore } from './door-store.ts'
import { createEnrolment } from './enrolment.ts'
import { createReader, type ReaderOptions } from './reader.ts'
import { restingLight } from './resting-light.ts'
import type { Slots } from './slots.ts'
import { createTemplates, type Templates } from './templates.ts'

export interface SensorDeskOptions
  extends Pick<ReaderOptions, 'openPort' | 'password' | 'random' | 'touch'>,
    Pick<CommandOptions, 'door' | 'boot' | 'bootMs' | 'publish'> {
  readonly commandKey: KeyObject
  /** Drives the line that feeds the sensor, where one is wired. */
  readonly setSensorPower: SensorPowerOptions['setPower'] | undefined
  readonly agent: DoorAgent
  readonly templates: Templates
  readonly store: DoorStore
  readonly slots: Slots
  readonly access: AccessStore
  readonly clock: Clock
  readonly clockState: () => ClockState
  readonly doorClock: DoorClock
  readonly log: Log
}

export interface SensorDesk extends Commands {
  /** Another access list is in force: templates may have to go. */
  accessListChanged(): void
  close(): Promise<void>
}

export function openSensorDesk(options: SensorDeskOptions): SensorDesk {
  const { agent, templates, clock, log } = options
  const reader = createReader({
    ...options,
    power: sensorPowerOf(options),
    inspect: templates.inspect,
    rest: () => restingLight(agent.status(), options.clockState()),
    ...{ onTouch: agent.touched, onReady: agent.sensorReady, onLost: agent.sensorLost },
    onBlocked: (blocked) => agent.setAlarm('sensor-blocked', blocked),
  })
  const enrolment = createEnrolment({ ...options, record: agent.record, nowMs: clock.monoMs })
  const act = createCommandActions({ ...options, reader, enrolment })
  const { hear } = createCommands({ ...options, record: agent.record, act })
  return {
    hear,
    accessListChanged: () => {
      reader
        .use(templates.inspect)
        .catch((error: unknown) => log.info({ err: error }, 'templates are looked at when the sensor is back'))
    },
    close: () => reader.close(),
  }
}

function sensorPowerOf({ setSensorPower, agent, clock, log }: SensorDeskOptions): SensorPower | undefined {
  if (setSensorPower === undefined) return undefined
  return createSensorPower({
    setPower: setSensorPower,
    onCycle: (count) => {
      log.warn({ count }, 'sensor answers to no reset: its power is switched off and on')
      agent.record({ kind: 'sensor.power-cycled', count })
    },
    monoMs: clock.monoMs,
  })
}

/** Whose template is in a slot, as far as the sensor is the door's own: a foreign one's slots are nobody's. */
export function trustedOwners(slots: Pick<Slots, 'ownerOf'>, templates: Pick<Templates, 'trusted'>) {
  return { ownerOf: (slot: number) => (templates.trusted() ? slots.ownerOf(slot) : undefined) }
}

/** The templates of this door, with their alarms at the agent's. */
export function openTemplates(
  options: Pick<SensorDeskOptions, 'store' | 'slots' | 'access' | 'log'>,
  agent: () => DoorAgent,
): Templates {
  return createTemplates({
    ...options,
    record: (body) => agent().record(body),
    alarm: (alarm, standing) => agent().setAlarm(alarm, standing),
  })
}
