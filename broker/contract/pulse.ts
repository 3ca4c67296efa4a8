/** The server's own beat through the whole ingest path: its return through the journal proves broker, journal and tail alive. */
import { z } from 'zod'
import { BootId, EpochMs, MonotonicMs, Sequence } from './identifiers.ts'

export const Pulse = z.object({
  /** Kernel boot id of the server's host; `monoMs` compares only within one boot. */
  boot: BootId,
  seq: Sequence,
  at: EpochMs,
  /** CLOCK_MONOTONIC when it was sent, milliseconds. */
  monoMs: MonotonicMs,
  /** Journal row that every consumer of this server has read: the writer may delete older ones past their retention. */
  consumed: Sequence.default(0),
})
export type Pulse = z.infer<typeof Pulse>
