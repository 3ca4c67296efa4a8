/**
 * Tables of journal.db. A row id is never used twice, so a cursor stays valid: retention keeps the newest row, and the
 * next id is one more. AUTOINCREMENT would say the same with one page more in every commit.
 */
import { DatabaseSync } from 'node:sqlite'
import { FALLBACK_PAGES } from './checkpoint-pace.ts'

const ddl = `
  CREATE TABLE IF NOT EXISTS boots (id INTEGER PRIMARY KEY, boot TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS rows (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL, subject TEXT NOT NULL, sender TEXT NOT NULL,
    received_ms INTEGER NOT NULL, mono_ms REAL NOT NULL, boot INTEGER NOT NULL REFERENCES boots (id),
    stream TEXT, seq INTEGER, hash TEXT, fork INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS rows_key ON rows (channel, subject, stream, seq) WHERE stream IS NOT NULL;
  CREATE TABLE IF NOT EXISTS watermarks (
    channel TEXT NOT NULL, subject TEXT NOT NULL, journal TEXT NOT NULL, seq INTEGER NOT NULL, touched INTEGER NOT NULL,
    PRIMARY KEY (channel, subject, journal)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS declared_gaps (
    channel TEXT NOT NULL, subject TEXT NOT NULL, journal TEXT NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL,
    PRIMARY KEY (channel, subject, journal, from_seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL, sender TEXT NOT NULL, received_ms INTEGER NOT NULL, reason TEXT NOT NULL, payload BLOB NOT NULL
  ) STRICT;
`

export function openJournalForWriting(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  // FULL: the WAL is synced at each commit, so an acknowledged row survives a power cut (sqlite.org/pragma.html#pragma_synchronous).
  db.exec(
    `PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=${FALLBACK_PAGES}`,
  )
  db.exec(ddl)
  return db
}
