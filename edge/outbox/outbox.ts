/**
 * Durable store-and-forward queue of an agent (rules: contract/record.ts). A record is on disk when `append` returns;
 * only the journal's `acknowledged` lets records go, and the newest ones stay even then, so that a restored server
 * can refill itself.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { ClockState } from '#contract/identifiers.ts'
import { type Acknowledged, firstPrev } from '#contract/record.ts'
import type { Clock } from '#runtime/clock.ts'
import { recordHash } from '#runtime/record-chain.ts'
import { writeWithReserve } from './reserve.ts'

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
  /** Seals and commits a record. @returns its seq. @throws Error when it could not be made durable. */
  append(body: RecordBody): number
  /** At most `limit` records from `seq` on. Records that were trimmed are declared by one `gap` record. */
  readFrom(seq: number, limit: number): StoredRecord[]
  acknowledge(acknowledged: Acknowledged): void
  /** Running number of this agent's connections in this boot, from 1. */
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
/** Records let go at once: after a long outage one delete of everything would hold up the door for seconds. */
const TRIM_RECORDS_MAX = 1_000
/** A reader from outside (a backup) may hold the file for a moment; a door cannot wait longer than this for its record. */
const BUSY_TIMEOUT_MS = 500

const schemaSql = `
  CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS gaps (seq INTEGER PRIMARY KEY, first INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meta (
    id INTEGER PRIMARY KEY CHECK (id = 1), journal TEXT NOT NULL, acknowledged INTEGER NOT NULL,
    boot TEXT NOT NULL, connection INTEGER NOT NULL
  ) STRICT;
`
const Meta = z.object({ journal: z.string(), acknowledged: z.int(), boot: z.string(), connection: z.int() })
const Row = z.object({ seq: z.int(), text: z.string() })
const Sealed = z.object({ hash: z.string() })
const Oldest = z.object({ seq: z.int() }).optional()

export function openOutbox(options: OutboxOptions): Outbox {
  const { boot, clock, clockState, ringRecords = RING_RECORDS, makeRoom = () => false } = options
  mkdirSync(dirname(options.path), { recursive: true })
  const db = new DatabaseSync(options.path)
  db.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${schemaSql}`,
  )
  db.prepare('INSERT OR IGNORE INTO meta VALUES (1, ?, 0, ?, 0)').run(randomBytes(16).toString('hex'), boot)
  const statements = prepare(db)
  let meta = Meta.parse(statements.meta.get())
  const newest = Row.optional().parse(statements.newest.get())
  let lastSeq = newest?.seq ?? 0
  let lastHash = newest ? Sealed.parse(JSON.parse(newest.text)).hash : firstPrev

  const seal = (seq: number, prev: string, { kind, ...members }: RecordBody) => {
    const at = { at: Math.trunc(clock.wallMs()), monoMs: clock.monoMs(), clock: clockState() }
    const record = { journal: meta.journal, seq, boot, kind, ...at, ...members, prev }
    const hash = recordHash(record)
    return { text: JSON.stringify({ ...record, hash }), hash }
  }
  /** Written once and kept: sent again with other bytes it would look like a forked journal. */
  const gap = (first: number, last: number): StoredRecord => {
    const known = Row.optional().parse(statements.gap.get(last, first))
    if (known) return known
    const { text } = seal(last, firstPrev, { kind: 'gap', from: first, to: last })
    statements.insertGap.run(last, first, text)
    return { seq: last, text }
  }

  return {
    journal: meta.journal,
    get lastSeq() {
      return lastSeq
    },
    get acknowledgedSeq() {
      return meta.acknowledged
    },
    append(body) {
      const { text, hash } = seal(lastSeq + 1, lastHash, body)
      writeWithReserve(() => statements.insert.run(lastSeq + 1, text), makeRoom)
      lastSeq += 1
      lastHash = hash
      return lastSeq
    },
    readFrom(seq, limit) {
      const first = Oldest.parse(statements.oldest.get())?.seq
      const rows = z.array(Row).parse(statements.from.all(seq, limit))
      return first !== undefined && seq < first ? [gap(seq, first - 1), ...rows.slice(0, limit - 1)] : rows
    },
    acknowledge({ journal, seq }) {
      // Another journal's number says nothing of ours; more than we ever wrote can only mean that our disk went back.
      const acknowledged = journal === meta.journal ? Math.min(seq, lastSeq) : 0
      if (acknowledged === meta.acknowledged) return
      statements.acknowledge.run(acknowledged)
      statements.trim.run(Math.min(acknowledged, lastSeq - ringRecords))
      meta = { ...meta, acknowledged }
    },
    nextConnection() {
      const connection = meta.boot === boot ? meta.connection + 1 : 1
      statements.connection.run(boot, connection)
      meta = { ...meta, boot, connection }
      return connection
    },
    close: () => db.close(),
  }
}

function prepare(db: DatabaseSync) {
  return {
    meta: db.prepare('SELECT journal, acknowledged, boot, connection FROM meta'),
    newest: db.prepare('SELECT seq, text FROM records ORDER BY seq DESC LIMIT 1'),
    // Not min(seq) beside max(seq): SQLite reads all records for both at once (sqlite.org/optoverview.html#minmax).
    oldest: db.prepare('SELECT seq FROM records ORDER BY seq LIMIT 1'),
    from: db.prepare('SELECT seq, text FROM records WHERE seq >= ? ORDER BY seq LIMIT ?'),
    insert: db.prepare('INSERT INTO records (seq, text) VALUES (?, ?)'),
    gap: db.prepare('SELECT seq, text FROM gaps WHERE seq = ? AND first = ?'),
    insertGap: db.prepare('INSERT OR REPLACE INTO gaps (seq, first, text) VALUES (?, ?, ?)'),
    acknowledge: db.prepare('UPDATE meta SET acknowledged = ?'),
    trim: db.prepare(
      `DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE seq <= ? ORDER BY seq LIMIT ${TRIM_RECORDS_MAX})`,
    ),
    connection: db.prepare('UPDATE meta SET boot = ?, connection = ?'),
  }
}
