/**
 * What the journal's tail hands to the time series (design §3.3, §7): one observation a heartbeat or door record.
 * Ids of persons have no place here: everything in it may become a tag, a file or an export.
 */
import type { DoorEventKind } from '#contract/door.ts'

export interface HeartbeatObservation {
  readonly kind: 'heartbeat'
  /** Row id in the journal. */
  readonly rowId: number
  readonly app: string
  readonly opd: string
  /** Null where the registry names none. */
  readonly region: string | null
  /** Receipt at the broker, epoch milliseconds: the time of the point. */
  readonly receivedMs: number
  /** Null where the sender gave none. */
  readonly latencyMs: number | null
  readonly status: 'up' | 'degraded' | 'down'
}

export interface DoorObservation {
  readonly kind: 'door'
  /** Row id in the journal; the records of one batch share it. */
  readonly rowId: number
  readonly door: string
  readonly event: DoorEventKind
  /** Number in the door's own journal. */
  readonly seq: number
  /** Door's clock, epoch milliseconds: the time of the point. */
  readonly at: number
}

export type Observation = HeartbeatObservation | DoorObservation

/** Consecutive journal rows: what they observed, and the last row of them (which may have observed nothing). */
export interface ObservationBatch {
  /** In row order; all observations of one row are in one batch. */
  readonly observations: readonly Observation[]
  /** Row id of the last journal row looked at. */
  readonly cursor: number
}
