/**
 * How far each journal of a sender is there without a hole: the highest contiguous number of rows and declared gaps.
 * Called within the ledger's transactions. However a sender numbers its records, what it makes this hold and what it makes
 * one commit do is bounded, so that the other senders do not wait for it.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type DeclaredGaps, GAPS_AHEAD_MAX, type JournalKey, prepareDeclaredGaps } from './declared-gaps.ts'
import type { JournalChannel, Watermark } from './entry.ts'

/**
 * Of one sender, the newest. A device begins one with a new card and one when its outbox was set back: some in all its
 * life. One that is forgotten and comes back is counted from its first record on; its rows are still known by their keys.
 */
export const JOURNALS_KEPT = 16
/** Rows and gaps that one sender's watermarks pass in one commit: some 20 ms. The rest follows with its next record. */
export const STEPS_PER_COMMIT = 10_000

/** Numbers that are there now: one row's, or a hole's. */
interface Reached {
  readonly from: number
  readonly to: number
  /** No row stands for it: it is declared instead. */
  readonly isHole: boolean
}

type Advance = (channel: JournalChannel, subject: string, journal: string, reached: Reached) => Watermark

export interface WatermarkTable {
  /** Call it once a commit; what it answers is for that commit alone. */
  startCommit(): Advance
  /** Latest journal of each sender. */
  latest(): Watermark[]
}

/** Tidies what an earlier version left, in a transaction of its own. */
export function prepareWatermarks(db: DatabaseSync): WatermarkTable {
  const gaps = prepareDeclaredGaps(db)
  tidy(db, gaps)
  const read = db.prepare('SELECT seq FROM watermarks WHERE channel = ? AND subject = ? AND journal = ?')
  const write = db.prepare(`INSERT INTO watermarks (channel, subject, journal, seq, touched) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq, touched = excluded.touched`)
  const all = db.prepare('SELECT channel, subject, journal, seq FROM watermarks ORDER BY touched')
  const forgetOldest = prepareForgetting(db, gaps)
  const contiguousFrom = prepareContiguous(db, gaps)
  // Counted here: asked of the table, each record would read all of it.
  let touched = Number(db.prepare('SELECT MAX(touched) AS touched FROM watermarks').get()?.['touched'] ?? 0)

  const advance = (key: JournalKey, { from, to, isHole }: Reached, steps: Steps) => {
    const stored = read.get(...key)?.['seq']
    const known = Number(stored ?? 0)
    const isAhead = from > known + 1
    if (isAhead && isHole) gaps.declare(key, { from, to })
    const seq = contiguousFrom(key, isAhead ? known : Math.max(known, to), steps)
    touched += 1
    write.run(...key, seq, touched)
    if (stored === undefined) forgetOldest(key)
    return seq
  }
  return {
    startCommit() {
      const stepsOf = new Map<string, Steps>()
      return (channel, subject, journal, reached) => {
        const sender = `${channel}/${subject}`
        const steps = stepsOf.get(sender) ?? { left: STEPS_PER_COMMIT }
        stepsOf.set(sender, steps)
        return { channel, subject, journal, seq: advance([channel, subject, journal], reached, steps) }
      }
    },
    latest() {
      const rows = all.all() as unknown as Watermark[]
      return [...new Map(rows.map((row) => [`${row.channel}/${row.subject}`, row])).values()]
    },
  }
}

interface Steps {
  left: number
}

/** Goes on from a number that is there to the last one before a hole, and drops the gaps on the way. */
function prepareContiguous(db: DatabaseSync, gaps: DeclaredGaps) {
  const row = db.prepare('SELECT 1 FROM rows WHERE channel = ? AND subject = ? AND stream = ? AND seq = ?')
  return (key: JournalKey, start: number, steps: Steps): number => {
    let seq = start
    let gap = gaps.startingBy(key, seq + 1)
    for (; steps.left > 0; steps.left -= 1) {
      if (gap !== undefined && gap.to > seq) seq = gap.to
      else if (row.get(...key, seq + 1)) seq += 1
      else break
      gap = gaps.startingBy(key, seq + 1)
    }
    if (gap !== undefined) gaps.pass(key, seq)
    return seq
  }
}

function prepareForgetting(db: DatabaseSync, gaps: DeclaredGaps) {
  const older = db.prepare(
    `SELECT journal FROM watermarks WHERE channel = ? AND subject = ? ORDER BY touched DESC LIMIT -1 OFFSET ${JOURNALS_KEPT}`,
  )
  const forget = db.prepare('DELETE FROM watermarks WHERE channel = ? AND subject = ? AND journal = ?')
  return ([channel, subject]: JournalKey) => {
    for (const { journal } of older.all(channel, subject)) {
      const key: JournalKey = [channel, subject, String(journal)]
      forget.run(...key)
      gaps.forget(key)
    }
  }
}

/** Earlier versions kept every journal, and every gap as it came: brings both within their bounds. */
function tidy(db: DatabaseSync, gaps: DeclaredGaps): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(`
      DELETE FROM watermarks WHERE (channel, subject, journal) IN (SELECT channel, subject, journal FROM (
        SELECT channel, subject, journal, ROW_NUMBER() OVER (PARTITION BY channel, subject ORDER BY touched DESC) AS age
        FROM watermarks) WHERE age > ${JOURNALS_KEPT});
      DELETE FROM declared_gaps WHERE NOT EXISTS (SELECT 1 FROM watermarks AS mark
        WHERE mark.channel = declared_gaps.channel AND mark.subject = declared_gaps.subject
          AND mark.journal = declared_gaps.journal AND mark.seq < declared_gaps.to_seq);
      DELETE FROM declared_gaps WHERE (channel, subject, journal, from_seq) IN (SELECT channel, subject, journal, from_seq FROM (
        SELECT channel, subject, journal, from_seq,
          ROW_NUMBER() OVER (PARTITION BY channel, subject, journal ORDER BY from_seq) AS place
        FROM declared_gaps) WHERE place > ${GAPS_AHEAD_MAX})`)
    gaps.mergeStored()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
