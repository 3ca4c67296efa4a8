/**
 * One transaction of the journal: rows, forks, watermarks and quarantine together. Runs in the commit worker; knows
 * no thread and no clock, so tests call it directly.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Append, Entry, QuarantineEntry, Watermark } from './entry.ts'
import { prepareWatermarks, type WatermarkTable } from './watermark-table.ts'

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

  const store = (entry: Entry, advance: ReturnType<WatermarkTable['startCommit']>): Watermark | undefined => {
    const isCarried = isKnownAsEarlier(entry)
    const inserted = isCarried || insertRow(entry, entry.key?.stream ?? null, 0)
    if (!entry.key || !entry.record) return undefined
    // Same key, other bytes: kept beside the first under a stream of its own, so that a resend of it is stored once.
    if (!inserted && hashAt(entry, entry.key) !== entry.record.hash) {
      insertRow(entry, `${entry.key.stream}!${entry.record.hash.slice(0, 16)}`, 1)
    }
    const { channel, subject, key, record } = entry
    const from = record.gapFrom ?? key.seq
    const isHole = isCarried || from < key.seq
    return advance(channel, subject, key.stream, { from, to: key.seq, isHole })
  }

  return {
    commit(entries) {
      const moved = new Map<string, Watermark>()
      const advance = marks.startCommit()
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const entry of entries) {
          if ('quarantine' in entry) quarantine(entry)
          else {
            const mark = store(entry, advance)
            if (mark) moved.set(`${mark.channel}/${mark.subject}`, mark)
          }
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
