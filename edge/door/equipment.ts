/** What is known of the door's own equipment: the sensor, ready or lost, and alarms, whose beginning and end are told once each. */
import type { DoorAlarm } from '#contract/door.ts'
import type { RecordBody } from '../outbox/outbox.ts'

const equipmentAlarms = [
  'sensor-lost',
  'sensor-blocked',
  'stranger-template',
  'sensor-swapped',
  'guard-lost',
  'disk-full',
  'set-back',
  'clock-back',
] as const
export type EquipmentAlarm = (typeof equipmentAlarms)[number]

export interface Equipment {
  /** Until the sensor is ready the first time it counts as lost. */
  sensor(): 'ready' | 'lost'
  alarms(): readonly EquipmentAlarm[]
  sensorReady(found: { readonly capacity: number; readonly templates: number }): void
  sensorLost(): void
  /** Sets or ends an alarm; nothing is told when it is so already. */
  set(alarm: EquipmentAlarm, standing: boolean): void
}

/** @param standing alarms whose beginning was told before a restart */
export function createEquipment(record: (body: RecordBody) => boolean, standing: readonly DoorAlarm[]): Equipment {
  let state: 'ready' | 'lost' = 'lost'
  let alarms = standing.filter(isEquipmentAlarm)
  const set = (alarm: EquipmentAlarm, stands: boolean) => {
    if (stands === alarms.includes(alarm)) return
    alarms = stands ? [...alarms, alarm] : alarms.filter((each) => each !== alarm)
    if (!stands) record({ kind: 'alarm.cleared', alarm })
    else record(alarm === 'sensor-lost' ? { kind: 'sensor.lost' } : { kind: 'alarm.raised', alarm })
  }
  return {
    sensor: () => state,
    alarms: () => alarms,
    sensorReady: ({ capacity, templates }) => {
      record({ kind: 'sensor.ready', capacity, templates })
      state = 'ready'
      set('sensor-lost', false)
    },
    sensorLost: () => {
      state = 'lost'
      set('sensor-lost', true)
    },
    set,
  }
}

export function isEquipmentAlarm(alarm: DoorAlarm): alarm is EquipmentAlarm {
  return equipmentAlarms.some((each) => each === alarm)
}
