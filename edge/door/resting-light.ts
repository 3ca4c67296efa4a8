/** What the sensor's light says while nobody touches it. Pure. */
import type { DoorAlarm } from '#contract/door.ts'
import type { ClockState } from '#contract/identifiers.ts'
import type { RestingLight } from '../fingerprint/lights.ts'
import type { DoorStatus } from './agent.ts'

/** While one of them stands, no finger opens. */
const blocking: readonly DoorAlarm[] = ['guard-lost', 'sensor-swapped']

export function restingLight(
  { alarms, lockdown }: Pick<DoorStatus, 'alarms' | 'lockdown'>,
  clock: ClockState,
): RestingLight {
  if (alarms.some((alarm) => blocking.includes(alarm))) return 'out-of-order'
  if (lockdown) return 'lockdown'
  return clock === 'unset' ? 'clock-unset' : 'ready'
}
