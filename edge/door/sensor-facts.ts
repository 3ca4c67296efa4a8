/** What is known of the sensor: ready or lost, and the alarms about it, whose beginning and end are told once each. */
import type { DoorAlarm } from '#contract/door.ts'
import type { RecordBody } from '../outbox/outbox.ts'

export type SensorAlarm = Extract<DoorAlarm, 'sensor-lost' | 'stranger-template' | 'sensor-swapped'>

export interface SensorFacts {
  /** Until the sensor is ready the first time it counts as lost. */
  state(): 'ready' | 'lost'
  alarms(): readonly SensorAlarm[]
  ready(found: { readonly capacity: number; readonly templates: number }): void
  lost(): void
  /** Sets or ends an alarm; nothing is told when it is so already. */
  set(alarm: SensorAlarm, standing: boolean): void
}

/** @param standing alarms whose beginning was told before a restart */
export function createSensorFacts(record: (body: RecordBody) => boolean, standing: readonly DoorAlarm[]): SensorFacts {
  let state: 'ready' | 'lost' = 'lost'
  let alarms = standing.filter(isSensorAlarm)
  const set = (alarm: SensorAlarm, stands: boolean) => {
    if (stands === alarms.includes(alarm)) return
    alarms = stands ? [...alarms, alarm] : alarms.filter((each) => each !== alarm)
    if (!stands) record({ kind: 'alarm.cleared', alarm })
    else record(alarm === 'sensor-lost' ? { kind: 'sensor.lost' } : { kind: 'alarm.raised', alarm })
  }
  return {
    state: () => state,
    alarms: () => alarms,
    ready: ({ capacity, templates }) => {
      record({ kind: 'sensor.ready', capacity, templates })
      state = 'ready'
      set('sensor-lost', false)
    },
    lost: () => {
      state = 'lost'
      set('sensor-lost', true)
    },
    set,
  }
}

export function isSensorAlarm(alarm: DoorAlarm): alarm is SensorAlarm {
  return alarm === 'sensor-lost' || alarm === 'stranger-template' || alarm === 'sensor-swapped'
}
