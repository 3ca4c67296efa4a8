/**
 * Holes that senders declared ahead of their watermarks. They are disjoint, since what overlaps or touches is merged: the
 * one that begins last before a number is the only one that can hold it, and each question is one search of the key.
 */
import type { DatabaseSync } from 'node:sqlite'

/**
 * Of one journal, the nearest. An agent sends 200 records ahead (edge/outbox/sender.ts), so no more of its gaps can wait;
 * one that is let go is declared anew, since a sender resumes behind its watermark.
 */
export const GAPS_AHEAD_MAX = 256

/** Channel, subject and journal id. */
export type JournalKey = readonly [channel: string, subject: string, journal: string]

/** Both ends included. */
interface Gap {
  readonly from: number
  readonly to: number
}

export interface DeclaredGaps {
  declare(key: JournalKey, gap: Gap): void
  /** The one that begins last, at `seq` or before. */
  startingBy(key: JournalKey, seq: number): Gap | undefined
  /** Drops what ends at or below the watermark: nothing asks for it any more. */
  pass(key: JournalKey, watermark: number): void
  forget(key: JournalKey): void
  /** Merges what an earlier version stored as it came. */
  mergeStored(): void
}

const OF_JOURNAL = 'channel = ?1 AND subject = ?2 AND journal = ?3'

export function prepareDeclaredGaps(db: DatabaseSync): DeclaredGaps {
  const starting = db.prepare(`SELECT from_seq AS "from", to_seq AS "to" FROM declared_gaps
    WHERE ${OF_JOURNAL} AND from_seq <= ?4 ORDER BY from_seq DESC LIMIT 1`)
  const insert = db.prepare(
    'INSERT INTO declared_gaps (channel, subject, journal, from_seq, to_seq) VALUES (?, ?, ?, ?, ?)',
  )
  const remove = db.prepare(`DELETE FROM declared_gaps WHERE ${OF_JOURNAL} AND from_seq BETWEEN ?4 AND ?5`)
  const letGo = db.prepare(`DELETE FROM declared_gaps WHERE ${OF_JOURNAL} AND from_seq >= (
    SELECT from_seq FROM declared_gaps WHERE ${OF_JOURNAL} ORDER BY from_seq LIMIT 1 OFFSET ${GAPS_AHEAD_MAX})`)
  const passed = db.prepare(`DELETE FROM declared_gaps WHERE ${OF_JOURNAL} AND from_seq <= ?4 AND to_seq <= ?4`)
  const forget = db.prepare(`DELETE FROM declared_gaps WHERE ${OF_JOURNAL}`)

  const startingBy = (key: JournalKey, seq: number) => starting.get(...key, seq) as Gap | undefined
  const declare = (key: JournalKey, { from, to }: Gap) => {
    const first = startingBy(key, from)
    const last = startingBy(key, to + 1)
    const begin = first && first.to >= from - 1 ? first.from : from
    remove.run(...key, begin, to + 1)
    insert.run(...key, begin, Math.max(to, last?.to ?? to))
    letGo.run(...key)
  }
  return {
    declare,
    startingBy,
    pass: (key, watermark) => void passed.run(...key, watermark),
    forget: (key) => void forget.run(...key),
    mergeStored: () => mergeStored(db, declare),
  }
}

function mergeStored(db: DatabaseSync, declare: DeclaredGaps['declare']): void {
  const stored = db
    .prepare('SELECT channel, subject, journal, from_seq AS "from", to_seq AS "to" FROM declared_gaps')
    .all() as unknown as ({ channel: string; subject: string; journal: string } & Gap)[]
  if (stored.length === 0) return
  db.exec('DELETE FROM declared_gaps')
  for (const { channel, subject, journal, from, to } of stored) declare([channel, subject, journal], { from, to })
}
