/**
 * The file `core.db` (design §2): registry, transitions, access. Server and admin write it side by side, each write a
 * short IMMEDIATE transaction; WAL with FULL, because nothing else holds what is in it.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrations } from './schema.ts'

/** The other process holds its lock for milliseconds; a backup may hold it longer. */
const BUSY_TIMEOUT_MS = 5_000
/** Names of people stand in here: no other user of the machine reads them. */
const OWNER_ONLY = 0o600

/**
 * Opens or creates `core.db` in the data directory and brings its schema up to date.
 * @throws Error when a newer program wrote it
 */
export function openCoreDb(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'core.db')
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: true })
  db.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL`)
  chmodSync(path, OWNER_ONLY)
  try {
    migrate(db, path)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

/** Runs `work` in one IMMEDIATE transaction and returns its answer; whatever it throws undoes it and is thrown on. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const answer = work()
    db.exec('COMMIT')
    return answer
  } catch (error) {
    // SQLite has already rolled back by itself after some errors (disk full, I/O).
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function migrate(db: DatabaseSync, path: string): void {
  if (schemaVersion(db) === migrations.length) return
  transaction(db, () => {
    // Read again under the lock: server and admin may both have found an old file.
    const version = schemaVersion(db)
    if (version > migrations.length) {
      throw new Error(
        `${path} has schema ${version}, this program knows ${migrations.length}: run the newer program, or restore a backup`,
      )
    }
    for (const step of migrations.slice(version)) db.exec(step)
    db.exec(`PRAGMA user_version=${migrations.length}`)
  })
}

function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
}
