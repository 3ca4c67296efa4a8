/** Which sessions hold, and whose they are: read anew at each request, and each half second for the live sockets. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type Person, roles } from './roles.ts'
import { sessionHolds } from './session-age.ts'

/** A session that is used is noted at most this often, so that reading writes little. */
const SEEN_EVERY_MS = 30_000

const Row = z.object({
  session: z.string(),
  person: z.string(),
  name: z.string(),
  email: z.string(),
  totp: z.number().nullable(),
  role: z.enum(roles),
  opd: z.string().nullable(),
  began_ms: z.number(),
  seen_ms: z.number(),
  step_up_ms: z.number().nullable(),
})

const select = `
  SELECT m.session, m.person, u.name, u.email, u.twoFactorEnabled AS totp, r.role, r.opd, m.began_ms, m.seen_ms, m.step_up_ms
  FROM session_marks m JOIN people_roles r ON r.person = m.person JOIN user u ON u.id = m.person
  WHERE r.disabled = 0`

export class Sessions {
  private readonly db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.db = db
  }

  began(session: string, person: string, nowMs: number): void {
    this.db.prepare('INSERT OR REPLACE INTO session_marks VALUES (?, ?, ?, ?, NULL)').run(session, person, nowMs, nowMs)
  }

  ended(session: string): void {
    this.db.prepare('DELETE FROM session_marks WHERE session = ?').run(session)
  }

  /** Every session of this person: of no use from the next look on. */
  endAllOf(person: string): void {
    this.db.prepare('DELETE FROM session_marks WHERE person = ?').run(person)
  }

  steppedUp(session: string, nowMs: number): void {
    this.db.prepare('UPDATE session_marks SET step_up_ms = ? WHERE session = ?').run(nowMs, session)
  }

  /** The person whose session this is, if it holds; a use of it. */
  use(session: string, nowMs: number): Person | undefined {
    const row = this.db.prepare(`${select} AND m.session = ?`).get(session)
    const found = row && toPerson(Row.parse(row), nowMs)
    if (found && nowMs - found.seenMs >= SEEN_EVERY_MS) {
      this.db.prepare('UPDATE session_marks SET seen_ms = ? WHERE session = ?').run(nowMs, session)
    }
    return found?.person
  }

  /** All that hold now, by session; looking is no use of them. */
  holding(nowMs: number): ReadonlyMap<string, Person> {
    const holding = new Map<string, Person>()
    for (const row of this.db.prepare(select).all()) {
      const found = toPerson(Row.parse(row), nowMs)
      if (found) holding.set(found.person.session, found.person)
    }
    return holding
  }
}

function toPerson(row: z.output<typeof Row>, nowMs: number): { person: Person; seenMs: number } | undefined {
  if (!sessionHolds(row.role, { beganMs: row.began_ms, seenMs: row.seen_ms }, nowMs)) return undefined
  return {
    seenMs: row.seen_ms,
    person: {
      kind: 'person',
      id: row.person,
      name: row.name,
      email: row.email,
      role: row.role,
      opd: row.opd,
      session: row.session,
      hasTotp: row.totp === 1,
      steppedUpMs: row.step_up_ms,
    },
  }
}
