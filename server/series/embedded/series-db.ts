/**
 * The file `series.db`: roll-ups and cursors (design §2, §7). WAL with synchronous NORMAL: a power loss may take back
 * the last transactions, and with them their cursor, so the same rows come again from the journal. Nothing is lost,
 * and no append waits for an fsync.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const SCHEMA_VERSION = 1

/**
 * Heartbeat roll-ups; times are bucket starts in epoch milliseconds, latencies milliseconds. Time leads the key: what
 * is open now lies together, so an append of 400 applications writes a dozen pages, not 800, and pruning cuts a range.
 */
const heartbeatTable = (level: string) => `
  CREATE TABLE heartbeat_${level} (
    series INTEGER NOT NULL, time INTEGER NOT NULL,
    count INTEGER NOT NULL, up INTEGER NOT NULL, degraded INTEGER NOT NULL, down INTEGER NOT NULL,
    latencyCount INTEGER NOT NULL, latencySum REAL NOT NULL, latencyMin REAL, latencyMax REAL,
    histogram BLOB NOT NULL,
    PRIMARY KEY (time, series)) STRICT, WITHOUT ROWID;`

const doorTable = (level: string) => `
  CREATE TABLE door_${level} (
    series INTEGER NOT NULL, time INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (time, series)) STRICT, WITHOUT ROWID;`

const SCHEMA = `
  CREATE TABLE cursors (consumer TEXT PRIMARY KEY, rowId INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE series (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, tags TEXT NOT NULL,
    UNIQUE (measurement, tags)) STRICT;
  ${['minute', 'hour'].map((level) => heartbeatTable(level) + doorTable(level)).join('')}
  PRAGMA user_version = ${SCHEMA_VERSION};`

/**
 * Opens or creates the file (`:memory:` in tests).
 * @throws Error when a newer program wrote it: delete it (it is rebuilt from the journal) or run that program
 */
export function openSeriesDb(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path)
  // The admin and a backup read beside us; they hold their locks for milliseconds.
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=2000; PRAGMA cache_size=-16000')
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
  else if (version !== SCHEMA_VERSION) {
    db.close()
    throw new Error(
      `${path} has schema ${version}, this program knows ${SCHEMA_VERSION}: move it away and it is rebuilt from the journal`,
    )
  }
  return db
}

/** Runs `work` in one transaction; whatever it throws undoes it and is thrown on. */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (error) {
    // SQLite has already rolled back by itself after some errors (disk full, I/O).
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
