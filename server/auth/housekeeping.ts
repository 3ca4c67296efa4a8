/** What has ended leaves `auth.db`: nothing looks at it any more, and addresses and browsers of people stand in it. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { transaction } from '../registry/core-db.ts'
import { roles } from './roles.ts'
import { sessionHolds } from './session-age.ts'

export const PURGE_EVERY_MS = 3_600_000
/** Between the library's row of a session and our mark are milliseconds; a row this old without a mark has ended. */
const UNMARKED_MAX_MS = 3_600_000

const Mark = z.object({ session: z.string(), role: z.enum(roles).nullable(), beganMs: z.number(), seenMs: z.number() })

/** @returns how many sessions were taken out */
export function purgeEnded(db: DatabaseSync, nowMs: number): number {
  return transaction(db, () => {
    const remove = db.prepare('DELETE FROM session_marks WHERE session = ?')
    const marks = db.prepare(
      `SELECT m.session, r.role, m.began_ms AS beganMs, m.seen_ms AS seenMs
       FROM session_marks m LEFT JOIN people_roles r ON r.person = m.person`,
    )
    for (const row of marks.all()) {
      const { session, role, ...times } = Mark.parse(row)
      if (role === null || !sessionHolds(role, times, nowMs)) remove.run(session)
    }
    db.prepare('DELETE FROM one_time_links WHERE until_ms <= ?').run(nowMs)
    // The library keeps times as ISO 8601 in UTC, which sort as they follow.
    db.prepare('DELETE FROM verification WHERE expiresAt < ?').run(new Date(nowMs).toISOString())
    const ended = db
      .prepare('DELETE FROM session WHERE createdAt < ? AND id NOT IN (SELECT session FROM session_marks)')
      .run(new Date(nowMs - UNMARKED_MAX_MS).toISOString())
    return Number(ended.changes)
  })
}
