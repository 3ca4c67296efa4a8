/**
 * The newest events of a door: a fold over its records. What was recorded before the door's clock was set gets its true
 * time from the record `clock.fix` of the same boot, whichever of the two comes first. Pure.
 */
import { z } from 'zod'
import { DenialReason, DoorAlarm } from '#contract/door.ts'
import type { DoorEventView } from '#contract/live.ts'
import type { AgentRecord } from '#contract/record.ts'

const EVENTS_SHOWN = 8
/** Boots whose correction is known: a restored server gets old records again. */
const FIXES_KEPT = 16

interface StoredEvent extends Omit<DoorEventView, 'at'> {
  readonly atMs: number
  readonly boot: string
  readonly monoMs: number
}

/** What to add to the monotonic times of a boot. */
interface Fix {
  readonly boot: string
  readonly offsetMs: number
}

export interface DoorHistory {
  /** Newest first. */
  readonly events: readonly StoredEvent[]
  readonly fixes: readonly Fix[]
}

export interface DoorRecord {
  readonly rowId: number
  readonly fork: boolean
  readonly record: AgentRecord
}

const ClockFix = z.object({ kind: z.literal('clock.fix'), offsetMs: z.int() })

export function newHistory(): DoorHistory {
  return { events: [], fixes: [] }
}

export function takeRecord(history: DoorHistory, taken: DoorRecord): DoorHistory {
  const fixes = [...fixIn(taken), ...history.fixes].slice(0, FIXES_KEPT)
  const events = [eventOf(taken), ...history.events].slice(0, EVENTS_SHOWN)
  return { events: events.map((event) => corrected(event, fixes)), fixes }
}

export function eventViews({ events }: DoorHistory): DoorEventView[] {
  return events.map(({ id, atMs, kind, reason, alarm, clock }) => ({
    ...{ id, kind, reason, alarm, clock },
    at: new Date(atMs).toISOString(),
  }))
}

function eventOf({ rowId, fork, record }: DoorRecord): StoredEvent {
  const { kind, at, boot, monoMs, clock } = record
  return {
    id: rowId,
    atMs: at,
    kind: fork ? 'fork' : kind,
    reason: DenialReason.safeParse(record['reason']).data ?? null,
    alarm: DoorAlarm.safeParse(record['alarm']).data ?? null,
    ...{ clock, boot, monoMs },
  }
}

function fixIn({ fork, record }: DoorRecord): Fix[] {
  const fix = ClockFix.safeParse(record)
  return fix.success && !fork ? [{ boot: record.boot, offsetMs: fix.data.offsetMs }] : []
}

function corrected(event: StoredEvent, fixes: readonly Fix[]): StoredEvent {
  const fix = event.clock === 'unset' && fixes.find(({ boot }) => boot === event.boot)
  return fix ? { ...event, atMs: Math.round(event.monoMs + fix.offsetMs), clock: 'fixed' } : event
}
