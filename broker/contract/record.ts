/**
 * Records of agents with an outbox (doors, vantages), design §3.3.
 *
 * A record is one JSON object whose last member is `hash`: SHA-256 over the record's text without that member
 * (`JSON.stringify`, no white space, members in the order sent). `prev` is the hash of the record before it in the
 * same journal (64 zeros for the first), so the hashes form a chain.
 */
import { z } from 'zod'
import { BootId, ClockState, EPOCH_MS_MAX, EpochMs, JournalId, MonotonicMs, Sequence, Sha256 } from './identifiers.ts'
import { listOf } from './list.ts'

export const RECORDS_PER_BATCH = 50
export const firstPrev = '0'.repeat(64)

const kind = z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/)

/** Unknown kinds and their members are kept: an older server must not lose what a newer agent says. */
export const AgentRecord = z.looseObject({
  journal: JournalId,
  /** Gap-free in its journal, from 1. */
  seq: Sequence.min(1),
  boot: BootId,
  kind,
  /** Agent's wall clock, epoch milliseconds. */
  at: EpochMs,
  /** Agent's CLOCK_MONOTONIC, milliseconds since its boot. */
  monoMs: MonotonicMs,
  clock: ClockState,
  /** An earlier journal of the same agent may have delivered it under this key: then it is stored once. */
  was: z.object({ journal: JournalId, seq: Sequence.min(1), hash: Sha256 }).optional(),
  prev: Sha256,
  hash: Sha256,
})
export type AgentRecord = z.infer<typeof AgentRecord>

/** A declared drop: the agent no longer has `from`..`to` and says so. It takes the `seq` of its last hole, `to`. */
export const GapBody = z.object({ from: Sequence.min(1), to: Sequence.min(1) })

/**
 * What to add to `monoMs` of this boot for the true time: the difference of two times, so no honest one is beyond these
 * bounds. A record that does not hold to them is kept like one of an unknown kind, and corrects nothing: refused, it
 * would hold back its whole batch for ever.
 */
export const ClockFixBody = z.object({ offsetMs: z.int().min(-EPOCH_MS_MAX).max(EPOCH_MS_MAX) })

export const RecordBatch = z.object({ records: listOf(AgentRecord, { min: 1, max: RECORDS_PER_BATCH }) })
export type RecordBatch = z.infer<typeof RecordBatch>

/** Highest contiguous durable record of a sender's journal; `journal: null, seq: 0` when none is known. */
export const Acknowledged = z.object({ journal: JournalId.nullable(), seq: Sequence })
export type Acknowledged = z.infer<typeof Acknowledged>

/** Online, or offline as the will. `connection` counts the agent's connections in this boot, so a late will is told apart. */
export const AgentStatus = z.object({
  online: z.boolean(),
  version: z.string().max(64),
  boot: BootId,
  connection: Sequence,
})
export type AgentStatus = z.infer<typeof AgentStatus>
