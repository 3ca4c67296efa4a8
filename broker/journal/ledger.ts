/**
 * One transaction of the journal: rows, forks, watermarks and quarantine together. Runs in the commit worker; knows
 * no thread and no clock, so tests call it directly.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Append, Entry, JournalChannel, QuarantineEntry, Watermark } from './entry.ts'

/** The quarantine is for looking, not for keeping: the newest 10,000, each cut to 4 KiB, is at most 40 MB. */
const QUARANTINE_ROWS_MAX = 10_000
const QUARANTINE_PAYLOAD_BYTES_MAX = 4096

export interface Ledger {
  /** Commits all entries or none. Answers the watermarks that moved. */
  commit(entries: readonly Append[]): Watermark[]
  /** Latest journal of each sender. */
  watermarks(): Watermark[]
}

export function createLedger(db: DatabaseSync, boot: string): Ledger {
  db.prepare('INSERT INTO boots (boot) VALUES (?) ON CONFLICT DO NOTHING').run(boot)
  const bootId = Number(db.prepare('SELECT id FROM boots WHERE boot = ?').get(boot)?.['id'])
  const insert =
    db.prepare(`INSERT INTO rows (channel, subject, sender, received_ms, mono_ms, boot, stream, seq, hash, fork, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  const storedHash = db.prepare('SELECT hash FROM rows WHERE channel = ? AND subject = ? AND stream = ? AND seq = ?')
  const quarantine = prepareQuarantine(db)
  const marks = prepareWatermarks(db)

  const insertRow = (entry: Entry, stream: string | null, fork: 0 | 1) =>
    Number(
      insert.run(
        entry.channel,
        entry.subject,
        entry.sender,
        entry.receivedMs,
        entry.monoMs,
        bootId,
        stream,
        entry.key?.seq ?? null,
        entry.record?.hash ?? null,
        fork,
        entry.payload,
      ).changes,
    ) > 0

  const hashAt = ({ channel, subject }: Entry, { stream, seq }: NonNullable<Entry['key']>) =>
    storedHash.get(channel, subject, stream, seq)?.['hash']
  /** The same record under the key of an earlier journal: it is here already. */
  const isKnownAsEarlier = (entry: Entry) => {
    const was = entry.record?.was
    return was !== undefined && hashAt(entry, was) === was.hash
  }

  const store = (entry: Entry, moved: Map<string, Watermark>) => {
    const isCarried = isKnownAsEarlier(entry)
    const inserted = isCarried || insertRow(entry, entry.key?.stream ?? null, 0)
    if (!entry.key || !entry.record) return
    // Same key, other bytes: kept beside the first under a stream of its own, so that a resend of it is stored once.
    if (!inserted && hashAt(entry, entry.key) !== entry.record.hash) {
      insertRow(entry, `${entry.key.stream}!${entry.record.hash.slice(0, 16)}`, 1)
    }
    const { channel, subject, key, record } = entry
    const from = record.gapFrom ?? key.seq
    const isHole = isCarried || from < key.seq
    const mark = marks.advance(channel, subject, key.stream, { from, to: key.seq, isHole })
    moved.set(`${mark.channel}/${mark.subject}`, mark)
  }

  return {
    commit(entries) {
      const moved = new Map<string, Watermark>()
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const entry of entries) {
          if ('quarantine' in entry) quarantine(entry)
          else store(entry, moved)
        }
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
      return [...moved.values()]
    },
    watermarks: marks.latest,
  }
}

function prepareQuarantine(db: DatabaseSync): (entry: QuarantineEntry) => void {
  const insert = db.prepare(
    'INSERT INTO quarantine (topic, sender, received_ms, reason, payload) VALUES (?, ?, ?, ?, ?)',
  )
  const trim = db.prepare('DELETE FROM quarantine WHERE id <= ?')
  return (entry) => {
    const payload = entry.payload.subarray(0, QUARANTINE_PAYLOAD_BYTES_MAX)
    const { lastInsertRowid } = insert.run(entry.topic, entry.sender, entry.receivedMs, entry.reason, payload)
    trim.run(Number(lastInsertRowid) - QUARANTINE_ROWS_MAX)
  }
}

interface Reached {
  readonly from: number
  readonly to: number
  /** No row stands for it: it is declared instead. */
  readonly isHole: boolean
}

interface Watermarks {
  advance(channel: JournalChannel, subject: string, journal: string, reached: Reached): Watermark
  latest(): Watermark[]
}

function prepareWatermarks(db: DatabaseSync): Watermarks {
  const read = db.prepare('SELECT seq FROM watermarks WHERE channel = ? AND subject = ? AND journal = ?')
  const write = db.prepare(`INSERT INTO watermarks (channel, subject, journal, seq, touched)
    VALUES (?, ?, ?, ?, (SELECT COALESCE(MAX(touched), 0) + 1 FROM watermarks))
    ON CONFLICT DO UPDATE SET seq = excluded.seq, touched = excluded.touched`)
  const stored = db.prepare('SELECT 1 AS found FROM rows WHERE channel = ? AND subject = ? AND stream = ? AND seq = ?')
  const gapAt: StatementSync = db.prepare(
    'SELECT to_seq FROM declared_gaps WHERE channel = ? AND subject = ? AND journal = ? AND from_seq <= ? AND to_seq >= ? LIMIT 1',
  )
  const declare = db.prepare('INSERT INTO declared_gaps VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const all = db.prepare('SELECT channel, subject, journal, seq FROM watermarks ORDER BY touched')

  const contiguousFrom = (start: number, key: [string, string, string]) => {
    let seq = start
    for (;;) {
      const gap = gapAt.get(...key, seq + 1, seq + 1)?.['to_seq']
      if (gap !== undefined) seq = Number(gap)
      else if (stored.get(...key, seq + 1)) seq += 1
      else return seq
    }
  }

  return {
    advance(channel, subject, journal, { from, to, isHole }) {
      const key: [string, string, string] = [channel, subject, journal]
      if (isHole) declare.run(...key, from, to)
      const known = Number(read.get(...key)?.['seq'] ?? 0)
      const seq = from > known + 1 ? known : contiguousFrom(known, key)
      write.run(...key, seq)
      return { channel, subject, journal, seq }
    },
    latest() {
      const rows = all.all() as unknown as Watermark[]
      return [...new Map(rows.map((row) => [`${row.channel}/${row.subject}`, row])).values()]
    },
  }
}
