/** The door's own database (`door.db`): slots, the last good access list, standing alarms. Nothing in it leaves the edge. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { writeWithReserve } from '../outbox/reserve.ts'

export interface DoorStore {
  readonly db: DatabaseSync
  /** A small value that survives a restart, checked on the way in; undefined when absent or damaged. */
  remembered<S extends z.ZodType>(name: string, schema: S): z.output<S> | undefined
  remember(name: string, value: unknown): void
  /** Runs a statement that writes; on a full disk once more, when room can be made. @throws Error of SQLite */
  write(statement: StatementSync, ...values: SQLInputValue[]): void
  close(): void
}

const schemaSql = `
  CREATE TABLE IF NOT EXISTS slots (
    slot INTEGER PRIMARY KEY, person TEXT NOT NULL, finger TEXT NOT NULL, duress INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS access (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL, signature TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/** Provisioning or a backup may hold the file for a moment; a finger on the glass cannot wait longer. */
const BUSY_TIMEOUT_MS = 500

/** @param makeRoom called when the disk is full; true when there is room again */
export function openDoorStore(path: string, makeRoom = () => false): DoorStore {
  mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path)
  db.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${schemaSql}`,
  )
  addDuress(db)
  const read = db.prepare('SELECT value FROM memory WHERE name = ?')
  const upsert = db.prepare(
    'INSERT INTO memory (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const write: DoorStore['write'] = (statement, ...values) =>
    void writeWithReserve(() => statement.run(...values), makeRoom)
  return {
    db,
    write,
    remembered(name, schema) {
      const row = z.object({ value: z.string() }).optional().parse(read.get(name))
      return row && jsonOf(row.value, schema)
    },
    remember: (name, value) => write(upsert, name, JSON.stringify(value)),
    close: () => db.close(),
  }
}

/** Files of the first version lack the column. */
function addDuress(db: DatabaseSync): void {
  const columns = db.prepare('PRAGMA table_info(slots)').all()
  if (columns.some((column) => column['name'] === 'duress')) return
  db.exec('ALTER TABLE slots ADD COLUMN duress INTEGER NOT NULL DEFAULT 0')
}

function jsonOf<S extends z.ZodType>(text: string, schema: S): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // damaged: as if it had never been written
  }
}
