/** The file `outbox.db`: its tables, and every statement on them. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** A reader from outside (a backup) may hold the file for a moment; a door cannot wait longer than this for its record. */
const BUSY_TIMEOUT_MS = 500
/** Records let go at once: after a long outage one delete of everything would hold up the door for seconds. */
const TRIM_RECORDS_MAX = 1_000

const schemaSql = `
  CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS gaps (seq INTEGER PRIMARY KEY, first INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meta (
    id INTEGER PRIMARY KEY CHECK (id = 1), journal TEXT NOT NULL, acknowledged INTEGER NOT NULL,
    boot TEXT NOT NULL, connection INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS former (
    journal TEXT NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (journal, seq)
  ) STRICT, WITHOUT ROWID;
`

const Meta = z.object({
  journal: z.string(),
  acknowledged: z.int(),
  boot: z.string(),
  connection: z.int(),
  sent: z.int(),
})
type OutboxMeta = z.output<typeof Meta>

export interface OutboxDb {
  readonly statements: ReturnType<typeof prepare>
  readMeta(): OutboxMeta
  /** Another journal with other records takes the place of the former, which is kept beside. All or nothing. */
  startAnew(anew: { former: string; journal: string; chain: readonly { readonly text: string }[] }): void
  close(): void
}

export function newJournalId(): string {
  return randomBytes(16).toString('hex')
}

/** Opens or makes the file; a new one is a new journal. */
export function openOutboxDb(path: string, boot: string): OutboxDb {
  mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path)
  db.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${schemaSql}`,
  )
  addSent(db)
  db.prepare(
    'INSERT OR IGNORE INTO meta (id, journal, acknowledged, boot, connection, sent) VALUES (1, ?, 0, ?, 0, 0)',
  ).run(newJournalId(), boot)
  const statements = prepare(db)
  return {
    statements,
    readMeta: () => Meta.parse(statements.meta.get()),
    startAnew: ({ former, journal, chain }) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        statements.forgetFormer.run()
        statements.keepFormer.run(former)
        statements.forgetRecords.run()
        statements.forgetGaps.run()
        statements.renew.run(journal)
        for (const [index, { text }] of chain.entries()) statements.insert.run(index + 1, text)
        db.exec('COMMIT')
      } catch (error) {
        // SQLite has already rolled back by itself after some errors (disk full, I/O).
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    close: () => db.close(),
  }
}

/** Files of the first version lack the column; whatever is in them may have been sent. */
function addSent(db: DatabaseSync): void {
  const columns = db.prepare('PRAGMA table_info(meta)').all()
  if (columns.some((column) => column['name'] === 'sent')) return
  db.exec(`BEGIN IMMEDIATE; ALTER TABLE meta ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
    UPDATE meta SET sent = coalesce((SELECT max(seq) FROM records), 0); COMMIT`)
}

function prepare(db: DatabaseSync) {
  return {
    meta: db.prepare('SELECT journal, acknowledged, boot, connection, sent FROM meta'),
    newest: db.prepare('SELECT seq, text FROM records ORDER BY seq DESC LIMIT 1'),
    // Not min(seq) beside max(seq): SQLite reads all records for both at once (sqlite.org/optoverview.html#minmax).
    oldest: db.prepare('SELECT seq FROM records ORDER BY seq LIMIT 1'),
    from: db.prepare('SELECT seq, text FROM records WHERE seq >= ? ORDER BY seq LIMIT ?'),
    insert: db.prepare('INSERT INTO records (seq, text) VALUES (?, ?)'),
    gap: db.prepare('SELECT seq, text FROM gaps WHERE seq = ? AND first = ?'),
    insertGap: db.prepare('INSERT OR REPLACE INTO gaps (seq, first, text) VALUES (?, ?, ?)'),
    acknowledge: db.prepare('UPDATE meta SET acknowledged = ?'),
    sent: db.prepare('UPDATE meta SET sent = ?'),
    trim: db.prepare(
      `DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE seq <= ? ORDER BY seq LIMIT ${TRIM_RECORDS_MAX})`,
    ),
    connection: db.prepare('UPDATE meta SET boot = ?, connection = ?'),
    /** Beside, not away: what an old file held stays to be looked at, until the next one. */
    forgetFormer: db.prepare('DELETE FROM former'),
    keepFormer: db.prepare('INSERT INTO former SELECT ?, seq, text FROM records'),
    forgetRecords: db.prepare('DELETE FROM records'),
    forgetGaps: db.prepare('DELETE FROM gaps'),
    renew: db.prepare('UPDATE meta SET journal = ?, acknowledged = 0, sent = 0'),
  }
}
