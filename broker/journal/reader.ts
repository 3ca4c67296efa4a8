/** Reads the journal from a cursor, in row order, in short read transactions; any number of readers, each with its own cursor. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { JournalRow } from './entry.ts'
import { journalPath } from './files.ts'

interface QuarantinedMessage {
  readonly id: number
  readonly topic: string
  readonly sender: string
  readonly receivedMs: number
  readonly reason: string
}

export interface JournalReader {
  /** Rows after `cursor`, at most `limit`, oldest first. */
  readAfter(cursor: number, limit: number): JournalRow[]
  /** Highest row id, 0 when empty. */
  lastId(): number
  /** Lowest row id still there, 0 when empty. */
  firstId(): number
  /** Newest quarantined messages first. */
  quarantined(limit: number): QuarantinedMessage[]
  close(): void
}

/** Opens the journal read-only; undefined as long as the writer has not made it. */
export function openJournalReader(dataDir: string): JournalReader | undefined {
  const path = journalPath(dataDir)
  if (!existsSync(path)) return undefined
  const db = new DatabaseSync(path, { readOnly: true })
  db.exec('PRAGMA busy_timeout=5000')
  const tables = db.prepare("SELECT COUNT(*) AS n FROM sqlite_master WHERE name IN ('rows', 'boots', 'quarantine')")
  if (Number(tables.get()?.['n']) < 3) {
    db.close()
    return undefined
  }
  const after = db.prepare(`SELECT rows.id, channel, subject, sender, received_ms AS receivedMs, mono_ms AS monoMs,
    boots.boot AS boot, fork, payload FROM rows JOIN boots ON boots.id = rows.boot WHERE rows.id > ? ORDER BY rows.id LIMIT ?`)
  const bounds = db.prepare('SELECT (SELECT MIN(id) FROM rows) AS first, (SELECT MAX(id) FROM rows) AS last')
  const quarantined = db.prepare(
    'SELECT id, topic, sender, received_ms AS receivedMs, reason FROM quarantine ORDER BY id DESC LIMIT ?',
  )
  return {
    readAfter: (cursor, limit) => (after.all(cursor, limit) as unknown as StoredRow[]).map(toRow),
    lastId: () => Number(bounds.get()?.['last'] ?? 0),
    firstId: () => Number(bounds.get()?.['first'] ?? 0),
    quarantined: (limit) => quarantined.all(limit) as unknown as QuarantinedMessage[],
    close: () => db.close(),
  }
}

type StoredRow = Omit<JournalRow, 'fork'> & { readonly fork: number }

function toRow(row: StoredRow): JournalRow {
  return { ...row, fork: row.fork === 1 }
}
