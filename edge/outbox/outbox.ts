/**
 * Durable store-and-forward queue of an agent (rules: contract/record.ts). A record is on disk when `append` returns;
 * only the journal's `acknowledged` lets records go, and the newest ones stay even then, so that a restored server
 * can refill itself.
 */
import { z } from 'zod'
import type { ClockState } from '#contract/identifiers.ts'
import { type Acknowledged, firstPrev } from '#contract/record.ts'
import type { Clock } from '#runtime/clock.ts'
import { newJournalId, openOutboxDb } from './outbox-db.ts'
import { writeWithReserve } from './reserve.ts'
import { type ChainTip, carriedOver, emptyTip, type SealedRecord, sealed, tipOf } from './sealing.ts'

/** What an agent says; the outbox adds where and when. */
export type RecordBody = { readonly kind: string } & Readonly<Record<string, unknown>>

export interface StoredRecord {
  readonly seq: number
  /** The record's JSON as sealed: its hash is over these bytes. */
  readonly text: string
}

export interface Outbox {
  readonly journal: string
  /** 0 when there is none. */
  readonly lastSeq: number
  /** Highest record that the journal says it has; may fall when the server was restored from a backup. */
  readonly acknowledgedSeq: number
  /** Highest record that may have been sent, in this run or an earlier one. */
  readonly sentSeq: number
  /** Seals and commits a record. @returns its seq. @throws Error when it could not be made durable. */
  append(body: RecordBody): number
  /** At most `limit` records from `seq` on. Records that were trimmed are declared by one `gap` record. */
  readFrom(seq: number, limit: number): StoredRecord[]
  /** Holds in this run also where it cannot be written. */
  acknowledge(acknowledged: Acknowledged): void
  /** Everything there is may be sent from now on. Durable when it returns. */
  markSent(): void
  /**
   * The journal has `acknowledged` records of this one, more than were ever sent: the file is an old one. Goes on as a new
   * journal, with the records that were not sent under their old keys as `was`; the old ones are kept beside.
   * @throws Error when it could not be made durable: then nothing has changed
   */
  renew(acknowledged: number): void
  /** Running number of this agent's connections in this boot, from 1. Counted on where it cannot be written. */
  nextConnection(): number
  close(): void
}

export interface OutboxOptions {
  readonly path: string
  /** Kernel boot id. */
  readonly boot: string
  readonly clock: Clock
  readonly clockState: () => ClockState
  /** Called when the disk is full; true when there is room again. */
  readonly makeRoom?: () => boolean
  /** Acknowledged records that are kept. */
  readonly ringRecords?: number
}

/** About 40 MB: more door events than a year brings (a door of 100 people sees some 300 a day). */
const RING_RECORDS = 100_000

const Row = z.object({ seq: z.int(), text: z.string() })
const Rows = z.array(Row)
const Oldest = z.object({ seq: z.int() }).optional()

export function openOutbox(options: OutboxOptions): Outbox {
  const { boot, ringRecords = RING_RECORDS, makeRoom = () => false } = options
  const db = openOutboxDb(options.path, boot)
  const { statements } = db
  const seal = createSeal(options)
  let meta = db.readMeta()
  let tip = tipOf(Row.optional().parse(statements.newest.get()))

  /** A door that cannot write must still connect and send, or nobody would hear why. `append` says what is wrong. */
  const writeIfPossible = (write: () => void) => {
    try {
      writeWithReserve(write, makeRoom)
    } catch {
      // In memory it counts; after a restart it is told once more.
    }
  }
  /** Written once and kept: sent again with other bytes it would look like a forked journal. */
  const gap = (first: number, last: number): StoredRecord => {
    const known = Row.optional().parse(statements.gap.get(last, first))
    if (known) return known
    const { text } = seal(meta.journal, { seq: last - 1, hash: firstPrev }, { kind: 'gap', from: first, to: last })
    writeWithReserve(() => statements.insertGap.run(last, first, text), makeRoom)
    return { seq: last, text }
  }
  return {
    get journal() {
      return meta.journal
    },
    get lastSeq() {
      return tip.seq
    },
    get acknowledgedSeq() {
      return meta.acknowledged
    },
    get sentSeq() {
      return meta.sent
    },
    append(body) {
      const record = seal(meta.journal, tip, body)
      writeWithReserve(() => statements.insert.run(tip.seq + 1, record.text), makeRoom)
      tip = { seq: tip.seq + 1, hash: record.hash }
      return tip.seq
    },
    readFrom(seq, limit) {
      const first = Oldest.parse(statements.oldest.get())?.seq
      const rows = Rows.parse(statements.from.all(seq, limit))
      return first !== undefined && seq < first ? [gap(seq, first - 1), ...rows.slice(0, limit - 1)] : rows
    },
    acknowledge({ journal, seq }) {
      // Another journal's number says nothing of ours, and nothing is had that was not written.
      const acknowledged = journal === meta.journal ? Math.min(seq, tip.seq) : 0
      if (acknowledged === meta.acknowledged) return
      meta = { ...meta, acknowledged }
      writeIfPossible(() => {
        statements.acknowledge.run(acknowledged)
        statements.trim.run(Math.min(acknowledged, tip.seq - ringRecords))
      })
    },
    markSent() {
      if (meta.sent === tip.seq) return
      meta = { ...meta, sent: tip.seq }
      writeWithReserve(() => statements.sent.run(meta.sent), makeRoom)
    },
    renew(acknowledged) {
      const former = { journal: meta.journal, lastSeq: tip.seq, acknowledged }
      const unsent = Rows.parse(statements.from.all(meta.sent + 1, ringRecords))
      const anew = { ...meta, journal: newJournalId(), acknowledged: 0, sent: 0 }
      const chain = [seal(anew.journal, emptyTip, { kind: 'journal.renewed', former })]
      for (const { text } of unsent) chain.push(carriedOver(text, anew.journal, endOf(chain)))
      writeWithReserve(() => db.startAnew({ former: former.journal, journal: anew.journal, chain }), makeRoom)
      meta = anew
      tip = endOf(chain)
    },
    nextConnection() {
      const connection = meta.boot === boot ? meta.connection + 1 : 1
      meta = { ...meta, boot, connection }
      writeIfPossible(() => statements.connection.run(boot, connection))
      return connection
    },
    close: () => db.close(),
  }
}

/** What happens here and now, as the next record after `tip`. */
function createSeal({ boot, clock, clockState }: OutboxOptions) {
  return (journal: string, tip: ChainTip, { kind, ...members }: RecordBody): SealedRecord => {
    const at = { at: Math.trunc(clock.wallMs()), monoMs: clock.monoMs(), clock: clockState() }
    return sealed({ journal, seq: tip.seq + 1, boot, kind, ...at, ...members, prev: tip.hash })
  }
}

/** Of a whole chain, from seq 1. */
function endOf(chain: readonly SealedRecord[]): ChainTip {
  return { seq: chain.length, hash: chain.at(-1)?.hash ?? emptyTip.hash }
}
