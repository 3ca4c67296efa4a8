/**
 * Who did what to whom, in `audit.db`: entries are only added, each carries the hash of the one before, and SQLite
 * itself refuses to change or delete one. Server and administration write side by side, each in a short transaction.
 */
import { createHash } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { AuditEvent } from '#contract/audit.ts'
import { transaction } from '../registry/core-db.ts'

const BUSY_TIMEOUT_MS = 5_000
const OWNER_ONLY = 0o600
/** Before the first entry. */
const NO_HASH = '0'.repeat(64)
/** Of one answer. Entries are acts of people, at most a few a minute, so a file of years is some hundred megabytes. */
export const AUDIT_PAGE_MAX = 500

type AuditEntry = AuditEvent & { readonly number: number }

export interface AuditLog {
  /** On disk for good when this returns. */
  append(event: AuditEvent): void
  /** Newest first. @param before number of the first entry not wanted; the newest when left out */
  list(limit: number, before?: number): AuditEntry[]
  /** @returns how many there are, and the first whose hash or number does not follow from the one before */
  verify(): { readonly entries: number; readonly firstBad: number | null }
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, event TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
  CREATE TRIGGER IF NOT EXISTS entries_follow BEFORE INSERT ON entries
    WHEN NEW.number <> (SELECT ifnull(max(number), 0) + 1 FROM entries)
    BEGIN SELECT raise(ABORT, 'an entry is added at the end'); END;
  CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'entries are never deleted'); END;
  CREATE TRIGGER IF NOT EXISTS entries_stay_so BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are never changed'); END`

const Row = z.object({ number: z.number(), event: z.string(), hash: z.string() })

export function openAuditLog(dataDir: string): AuditLog {
  const path = join(dataDir, 'audit.db')
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; ${schema}`)
  chmodSync(path, OWNER_ONLY)
  const last = db.prepare('SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1')
  const add = db.prepare('INSERT INTO entries VALUES (?, ?, ?)')
  const page = db.prepare('SELECT * FROM entries WHERE number < ? ORDER BY number DESC LIMIT ?')
  const all = db.prepare('SELECT * FROM entries ORDER BY number')
  return {
    append: (event) =>
      transaction(db, () => {
        const before = last.get()
        const number = Number(before?.['number'] ?? 0) + 1
        const text = JSON.stringify(event)
        add.run(number, text, hashOf(String(before?.['hash'] ?? NO_HASH), number, text))
      }),
    list: (limit, before = Number.MAX_SAFE_INTEGER) =>
      page.all(before, Math.min(limit, AUDIT_PAGE_MAX)).map((row) => {
        const { number, event } = Row.parse(row)
        return { number, ...AuditEvent.parse(JSON.parse(event)) }
      }),
    verify() {
      let entries = 0
      let hash = NO_HASH
      for (const row of all.iterate()) {
        const { number, event, hash: kept } = Row.parse(row)
        hash = hashOf(hash, entries + 1, event)
        if (number !== entries + 1 || kept !== hash) return { entries, firstBad: number }
        entries = number
      }
      return { entries, firstBad: null }
    },
    close: () => db.close(),
  }
}

function hashOf(before: string, number: number, event: string): string {
  return createHash('sha256').update(`${before}\n${number}\n${event}`).digest('hex')
}
