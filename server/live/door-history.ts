/**
 * The newest events of a door and its forced openings: a fold over its records. What was recorded before the door's clock
 * was set gets its true time from the record `clock.fix` of the same boot, whichever of the two comes first. Pure.
 */
import { z } from 'zod'
import { DenialReason, DoorAlarm, ForcedCause } from '#contract/door.ts'
import { EPOCH_MS_MAX, JournalId, Sequence } from '#contract/identifiers.ts'
import type { DoorEventView, ForcedOpeningView } from '#contract/live.ts'
import { type AgentRecord, ClockFixBody } from '#contract/record.ts'

const EVENTS_SHOWN = 8
/** Longer than an officer needs to find out; what falls out stays in the journal. */
const FORCED_KEPT = 10
/** Boots whose correction is known: a restored server gets old records again. */
const FIXES_KEPT = 16

/** When something happened, by the door's own clocks. */
interface Moment {
  readonly atMs: number
  readonly clock: DoorEventView['clock']
  readonly boot: string
  readonly monoMs: number
}

interface StoredEvent extends Moment, Pick<DoorEventView, 'id' | 'kind' | 'reason' | 'alarm'> {}
interface StoredForced extends Moment, Pick<ForcedOpeningView, 'id' | 'journal' | 'seq' | 'classifiedAs'> {}

/** What to add to the monotonic times of a boot. */
interface Fix {
  readonly boot: string
  readonly offsetMs: number
}

export interface DoorHistory {
  /** Newest first, as the others. */
  readonly events: readonly StoredEvent[]
  readonly forced: readonly StoredForced[]
  readonly fixes: readonly Fix[]
}

export interface DoorRecord {
  readonly rowId: number
  readonly fork: boolean
  readonly record: AgentRecord
}

const ClockFix = ClockFixBody.extend({ kind: z.literal('clock.fix') })
const Classification = z.object({
  kind: z.literal('command'),
  command: z.literal('classify'),
  of: z.object({ journal: JournalId, seq: Sequence }),
  as: ForcedCause,
})

export function newHistory(): DoorHistory {
  return { events: [], forced: [], fixes: [] }
}

export function takeRecord(history: DoorHistory, taken: DoorRecord): DoorHistory {
  const fixes = [...fixIn(taken), ...history.fixes].slice(0, FIXES_KEPT)
  const events = [eventOf(taken), ...history.events].slice(0, EVENTS_SHOWN)
  const forced = [...forcedIn(taken), ...classified(history.forced, taken)].slice(0, FORCED_KEPT)
  return {
    events: events.map((event) => corrected(event, fixes)),
    forced: forced.map((opening) => corrected(opening, fixes)),
    fixes,
  }
}

export function eventViews({ events, forced }: DoorHistory): DoorEventView[] {
  return events.map(({ id, atMs, kind, reason, alarm, clock }) => ({
    ...{ id, kind, reason, alarm, clock, at: iso(atMs) },
    classifiedAs: forced.find((opening) => opening.id === id)?.classifiedAs ?? null,
  }))
}

export function forcedViews({ forced }: DoorHistory): ForcedOpeningView[] {
  return forced.map(({ id, atMs, clock, classifiedAs, journal, seq }) => ({
    ...{ id, clock, classifiedAs, journal, seq, at: iso(atMs) },
  }))
}

function eventOf({ rowId, fork, record }: DoorRecord): StoredEvent {
  return {
    id: rowId,
    kind: fork ? 'fork' : record.kind,
    reason: DenialReason.safeParse(record['reason']).data ?? null,
    alarm: DoorAlarm.safeParse(record['alarm']).data ?? null,
    ...momentOf(record),
  }
}

function forcedIn({ rowId, fork, record }: DoorRecord): StoredForced[] {
  if (record.kind !== 'forced' || fork) return []
  const { journal, seq } = record
  return [{ id: rowId, journal, seq, classifiedAs: null, ...momentOf(record) }]
}

/** A word on something that is not here, or no longer, changes nothing. */
function classified(forced: readonly StoredForced[], { fork, record }: DoorRecord): readonly StoredForced[] {
  const word = Classification.safeParse(record)
  if (!word.success || fork) return forced
  const { of, as } = word.data
  return forced.map((opening) =>
    opening.journal === of.journal && opening.seq === of.seq ? { ...opening, classifiedAs: as } : opening,
  )
}

function momentOf({ at, clock, boot, monoMs }: AgentRecord): Moment {
  return { atMs: at, clock, boot, monoMs }
}

function fixIn({ fork, record }: DoorRecord): Fix[] {
  const fix = ClockFix.safeParse(record)
  return fix.success && !fork ? [{ boot: record.boot, offsetMs: fix.data.offsetMs }] : []
}

/** A fix that leads out of the calendar corrects nothing: each part of the sum is in bounds, the sum need not be. */
function corrected<M extends Moment>(moment: M, fixes: readonly Fix[]): M {
  const fix = moment.clock === 'unset' && fixes.find(({ boot }) => boot === moment.boot)
  if (!fix) return moment
  const atMs = Math.round(moment.monoMs + fix.offsetMs)
  return atMs >= 0 && atMs <= EPOCH_MS_MAX ? { ...moment, atMs, clock: 'fixed' } : moment
}

/** Total: a checkpoint of an earlier version may hold a moment that no date can say. */
function iso(atMs: number): string {
  return new Date(Number.isFinite(atMs) ? Math.min(Math.max(atMs, 0), EPOCH_MS_MAX) : 0).toISOString()
}
