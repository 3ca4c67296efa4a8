/** What a door says and is told (design §3.3, §6). No name, NIP, slot or template crosses the broker. */
import { z } from 'zod'
import { AccessVersion, ClockState, EpochMs, Id, Sequence } from './identifiers.ts'
import { listOf } from './list.ts'

/** Opaque id of a person; the name stays in the server's registry. */
export const PersonId = Id

export const doorEventKinds = [
  // { person?, score, decisionMs, escort?, second?, passback?, duress? }: without a person somebody unread entered, for
  // whom `escort` answers; `second` is the other of two; `passback` when the person had entered before
  'granted',
  'denied', // { reason, person?, duress? }
  'awaiting', // { person, reason }: the first of two people was here
  'opened', // {}
  'closed', // {}
  'locked', // {}
  'unopened', // granted, but the door did not open: no entry
  'unreleased', // granted, but the strike did not move: the agent was held up, and its guard obeys no late request
  'forced', // opened without a grant; alarm
  'held.soon', // open for long: close it, or it is an alarm
  'held', // open too long; alarm
  'exit', // the button inside was pressed
  'alarm.raised', // { alarm }: of those that have no kind of their own
  'alarm.cleared', // { alarm }
  'lockdown', // { active }: by command
  // { id, command, actor, reason, override?, person?, of?, as? }: on disk before it is carried out; `classify` says of which
  // record (`of: { journal, seq }`) it was what (`as`)
  'command',
  'command.rejected', // { reason, suppressed }: replayed, late, altered, retained, for another door; nothing was done
  'enrolled', // { person, quality }
  'enrol.failed', // { person, reason }
  'template.deleted', // { person }: proven by the sensor's index
  'template.missing', // { person }: it should have been on the sensor, and is not
  'sensor.lost',
  'sensor.ready', // { capacity, templates }
  'sensor.power-cycled', // { count }: hung, so its power was switched off and on; the count since it last worked
  'started', // { version }
  // { offsetMs }: what to add to `monoMs` of this boot for the true time, told when an unset clock can be trusted
  'clock.fix',
  // { former: { journal, lastSeq, acknowledged } }: the outbox was set back (an old card or backup), so it goes on as a new
  // journal; what the former one had not sent comes again, each with `was`
  'journal.renewed',
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
  'score-low', // a match, but less alike than the list demands
  'locked-out', // the reader pauses after wrong attempts
  'outside-schedule',
  'holiday', // within the hours of the schedule, but they do not hold on a holiday
  'lockdown',
  'interlock', // the other door stands open
  'escort-needed', // a visitor, and nobody who is none entered just before
  'passback', // entered a short while ago
  'second-person', // a second assigned person must follow
  'guard-lost', // nothing guards the strike at this moment
])
export type DenialReason = z.infer<typeof DenialReason>

export const DoorAlarm = z.enum([
  'forced',
  'held',
  'sensor-lost',
  'sensor-blocked', // its glass has not been free for half a minute: wet, or taped over
  'tamper', // the case of reader or controller was opened
  'power', // mains lost
  'fire', // the fire panel holds the door released
  'attempts', // three wrong attempts within a minute
  'duress', // silent: nothing at the door shows it
  'stranger-template', // the sensor holds a template that nobody enrolled here
  'disk-full', // of the door: what was put aside for it is in use, and when that is used up nobody is let in
  'guard-lost', // the process that holds the strike died or hangs: locked, and nobody is let in
  'set-back', // the door's outbox was older than what the journal has of it; ends when an officer confirms that they saw it
  'clock-back', // its clock claims to be right, and is behind a time that the door has already had: it counts as unset
  'sensor-swapped', // the sensor is not the one this door was paired with: no match counts
  'list-ahead', // raised by the server: the door claims an access list far newer than any that was issued, and is not believed
])
export type DoorAlarm = z.infer<typeof DoorAlarm>
/** Whoever forces somebody to open the door looks at the screens next: none may show, or count, the call for help. */
export const SILENT_ALARM: DoorAlarm = 'duress'

/** What a forced opening was, as an officer found out afterwards: a contact cannot tell a key from a crowbar. */
export const ForcedCause = z.enum(['mechanical-key', 'break-in', 'faulty-contact'])
export type ForcedCause = z.infer<typeof ForcedCause>

/** Retained state of a door. */
export const DoorState = z.object({
  lock: z.enum(['locked', 'unlocked']),
  contact: z.enum(['closed', 'open']),
  alarms: listOf(DoorAlarm, { max: DoorAlarm.options.length }),
  sensor: z.enum(['ready', 'lost']),
  /** Only people with the role `lockdown` enter, by command or by the list. */
  lockdown: z.boolean().default(false),
  /** Records in the outbox that the journal has not acknowledged. */
  outboxDepth: Sequence,
  clock: ClockState,
  /** Version of the access list in force; 0 when there is none. */
  accessVersion: AccessVersion,
  /** Its series. */
  accessSeries: EpochMs.default(0),
  /** Persons whose templates wait for deletion on the sensor. */
  pendingDeletions: listOf(PersonId, { max: 1000 }),
  at: EpochMs,
  /** True when sensor or GPIO are simulated. */
  simulated: z.boolean(),
})
export type DoorState = z.infer<typeof DoorState>
