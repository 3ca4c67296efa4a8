/** What a door says and is told (design §3.3, §6). No name, NIP, slot or template crosses the broker. */
import { z } from 'zod'
import { ClockState, EpochMs, Id, Sequence } from './identifiers.ts'

/** Opaque id of a person; the name stays in the server's registry. */
export const PersonId = Id

export const doorEventKinds = [
  'granted', // { person, score, decisionMs }
  'denied', // { reason, person? }
  'opened', // {}
  'closed', // {}
  'locked', // {}
  'unopened', // granted, but the door did not open: no entry
  'forced', // opened without a grant; alarm
  'held', // open too long; alarm
  'exit', // the button inside was pressed
  'alarm.cleared', // { alarm }
  'sensor.lost',
  'sensor.ready', // { capacity, templates }
  'started', // { version }
  'gap', // { from, to }
] as const
export type DoorEventKind = (typeof doorEventKinds)[number]

export const DenialReason = z.enum([
  'not-found', // no template matches
  'not-assigned', // matched, but the person is not on the access list
  'not-yet-valid',
  'expired',
  'clock-unset', // the list has dates, and this clock cannot be trusted
  'no-list', // no valid access list was ever received
])
export type DenialReason = z.infer<typeof DenialReason>

export const DoorAlarm = z.enum(['forced', 'held', 'sensor-lost'])
export type DoorAlarm = z.infer<typeof DoorAlarm>

/** Retained state of a door. */
export const DoorState = z.object({
  lock: z.enum(['locked', 'unlocked']),
  contact: z.enum(['closed', 'open']),
  alarms: z.array(DoorAlarm).max(8),
  sensor: z.enum(['ready', 'lost']),
  /** Records in the outbox that the journal has not acknowledged. */
  outboxDepth: Sequence,
  clock: ClockState,
  /** Version of the access list in force; 0 when there is none. */
  accessVersion: Sequence,
  /** Persons whose templates wait for deletion on the sensor. */
  pendingDeletions: z.array(PersonId).max(1000),
  at: EpochMs,
  /** True when sensor or GPIO are simulated. */
  simulated: z.boolean(),
})
export type DoorState = z.infer<typeof DoorState>
