/**
 * Who may enter a door, and when: desired state, signed, versioned (design §3.3). No names, no slots. Everything a door
 * needs to decide alone is in it; whatever is absent has the meaning it had before it existed.
 */
import { z } from 'zod'
import { PersonId } from './door.ts'
import { AccessVersion, EpochMs, Id } from './identifiers.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

const Beginning = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is 00:00 to 23:59')
const End = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day is 00:00 to 24:00')

/**
 * Hours that begin on each of `days` at `from` and last to `until`, exclusive, in WIB. An `until` that is not later than
 * `from` lies on the next day, so 22:00 to 06:00 crosses midnight and 07:00 to 07:00 lasts 24 hours.
 */
export const WeeklyHours = z.object({
  days: z.array(z.enum(weekdays)).min(1).max(weekdays.length),
  from: Beginning,
  until: End,
})
export type WeeklyHours = z.infer<typeof WeeklyHours>

/** Three shifts on each day of the week, written one by one, and some to spare. */
export const HOURS_PER_SCHEDULE_MAX = 28

export const Schedule = z.object({
  id: Id,
  hours: z.array(WeeklyHours).max(HOURS_PER_SCHEDULE_MAX),
  /** Whether hours that begin on a holiday hold. */
  onHolidays: z.boolean().default(false),
})
export type Schedule = z.infer<typeof Schedule>

export const PersonRole = z.enum([
  'visitor', // enters only right after somebody who is none
  'escort', // a second touch right after the own entry lets one more person in, whose finger cannot be read
  'lockdown', // enters also while the door is locked down
])
export type PersonRole = z.infer<typeof PersonRole>

export const AccessPerson = z.object({
  person: PersonId,
  from: EpochMs,
  /** Exclusive; null when open-ended. */
  until: EpochMs.nullable(),
  /** One of the list's schedules; absent for somebody whose hours are unrestricted. */
  schedule: Id.optional(),
  roles: z.array(PersonRole).max(PersonRole.options.length).default([]),
})
export type AccessPerson = z.infer<typeof AccessPerson>

/**
 * What modules report as a match: 50 and more at their default level; published logs of genuine touches show 100 to 260
 * (R30x and R503 manuals, ReadSysPara security level 3).
 */
const SCORE_MIN_DEFAULT = 50
const ESCORT_S_DEFAULT = 30

export const DoorRules = z.object({
  /** A match that is less alike counts as a wrong attempt. */
  scoreMin: z.int().min(0).max(65_535).default(SCORE_MIN_DEFAULT),
  /** Two different assigned people within 15 s open the door, one alone does not. */
  twoPerson: z.boolean().default(false),
  /** Somebody who entered may not enter again for a while (`timed`), or may and it is told (`soft`). */
  antiPassback: z.enum(['off', 'soft', 'timed']).default('off'),
  antiPassbackMinutes: z.int().min(1).max(1_440).default(10),
  /** The line that says that the other door of a lock stands open is heeded. */
  interlock: z.boolean().default(false),
  /** Only people with the role `lockdown` enter. */
  lockdown: z.boolean().default(false),
  /** How long after an entry a visitor may follow. */
  escortS: z.int().min(5).max(300).default(ESCORT_S_DEFAULT),
})
export type DoorRules = z.infer<typeof DoorRules>

/** Days that the joint decree of three ministers (SKB) makes holidays or collective leave, two years of them. */
const HOLIDAYS_MAX = 120
const SCHEDULES_PER_LIST_MAX = 64

/** Body of `access`. Times are epoch milliseconds, `until` is exclusive, hours and holidays are WIB (UTC+7). */
export const AccessList = z.object({
  door: Id,
  /**
   * When the server began the numbering that `version` goes on with; 0 in lists made before there was one. A list of a
   * later series is newer whatever its version: only the server begins one, so no door's word can use the numbers up.
   */
  series: EpochMs.default(0),
  version: AccessVersion.min(1),
  issuedAt: EpochMs,
  people: z.array(AccessPerson).max(1000),
  schedules: z.array(Schedule).max(SCHEDULES_PER_LIST_MAX).default([]),
  /** `YYYY-MM-DD`. */
  holidays: z.array(z.iso.date()).max(HOLIDAYS_MAX).default([]),
  rules: DoorRules.prefault({}),
})
export type AccessList = z.infer<typeof AccessList>
/** As sent: what is left out has its default. */
export type AccessListSent = z.input<typeof AccessList>
