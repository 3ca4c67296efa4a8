/** Which sessions hold, and whose they are: read anew at each request, and each half second for the live sockets. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type Person, roles } from './roles.ts'
import { type SecondFactorRule, secondFactorDue, sessionHolds } from './session-age.ts'

/** A session that is used is noted at most this often, so that reading writes little. */
const SEEN_EVERY_MS = 30_000
const AGENT_LENGTH_MAX = 200
/** Under it stands the latest ending of those who are gone. */
const NOBODY = ''

const Row = z.object({
  session: z.string(),
  person: z.string(),
  name: z.string(),
  email: z.string(),
  totp: z.number().nullable(),
  passkeys: z.number(),
  hasPassword: z.number(),
  factorRemoved: z.number(),
  role: z.enum(roles),
  opd: z.string().nullable(),
  began_ms: z.number(),
  seen_ms: z.number(),
  step_up_ms: z.number().nullable(),
  address: z.string(),
  agent: z.string(),
})

const select = `
  SELECT m.session, m.person, u.name, u.email, u.twoFactorEnabled AS totp, r.role, r.opd, m.began_ms, m.seen_ms, m.step_up_ms,
    m.address, m.agent, (SELECT count(*) FROM passkeys k WHERE k.person = m.person) AS passkeys,
    EXISTS (SELECT 1 FROM account a WHERE a.userId = m.person AND a.password IS NOT NULL) AS hasPassword,
    EXISTS (SELECT 1 FROM factors_removed f WHERE f.person = m.person) AS factorRemoved
  FROM session_marks m JOIN people_roles r ON r.person = m.person JOIN user u ON u.id = m.person
  WHERE r.disabled = 0`

export interface NewSession {
  readonly id: string
  readonly person: string
  /** Network address it began from. */
  readonly address: string
  /** The browser's User-Agent. */
  readonly agent: string
}

export interface SessionUse extends Omit<NewSession, 'person'> {
  readonly beganMs: number
  readonly seenMs: number
}

export class Sessions {
  private readonly db: DatabaseSync
  private readonly rule: SecondFactorRule

  constructor(db: DatabaseSync, rule: SecondFactorRule) {
    this.db = db
    this.rule = rule
  }

  began({ id, person, address, agent }: NewSession, nowMs: number): void {
    this.db
      .prepare('INSERT OR REPLACE INTO session_marks VALUES (?, ?, ?, ?, NULL, ?, ?)')
      .run(id, person, nowMs, nowMs, address, agent.slice(0, AGENT_LENGTH_MAX))
    this.seen(person, nowMs)
  }

  ended(session: string): void {
    this.db.prepare('DELETE FROM session_marks WHERE session = ?').run(session)
  }

  /** Of this person, newest use first. */
  ofPerson(person: string, nowMs: number): SessionUse[] {
    return this.db
      .prepare(`${select} AND m.person = ? ORDER BY m.seen_ms DESC`)
      .all(person)
      .map((row) => Row.parse(row))
      .filter((row) => this.toPerson(row, nowMs))
      .map(({ session, began_ms, seen_ms, address, agent }) => ({
        ...{ id: session, beganMs: began_ms, seenMs: seen_ms },
        ...{ address, agent },
      }))
  }

  /** @returns false when this person has no such session */
  endOne(person: string, session: string): boolean {
    const ended = this.db.prepare('DELETE FROM session_marks WHERE person = ? AND session = ?').run(person, session)
    return Number(ended.changes) > 0
  }

  /** @param session the one that stays @returns how many ended */
  endOthersOf(person: string, session: string): number {
    const ended = this.db.prepare('DELETE FROM session_marks WHERE person = ? AND session <> ?').run(person, session)
    return Number(ended.changes)
  }

  /** Every session of this person, of no use from the next look on; and every login of theirs that waits for its code, or is under way. */
  endAllOf(person: string): void {
    this.db
      .prepare(
        `INSERT INTO session_endings SELECT ?, 1 + coalesce(max(number), 0) FROM session_endings WHERE true
         ON CONFLICT (person) DO UPDATE SET number = excluded.number`,
      )
      .run(person)
    this.db.prepare('DELETE FROM verification WHERE value = ?').run(person)
    this.db.prepare('DELETE FROM session_marks WHERE person = ?').run(person)
  }

  /** The same of one who is removed. Its number stays, as nobody's: they never go back, or an ending would be overlooked. */
  forget(person: string): void {
    this.endAllOf(person)
    this.endAllOf(NOBODY)
    this.db.prepare('DELETE FROM session_endings WHERE person = ?').run(person)
  }

  /** Number of the latest `endAllOf`, of anybody's or of this person's; they are numbered as they follow. 0 before the first. */
  latestEnding(person?: string): number {
    const row = this.db
      .prepare('SELECT coalesce(max(number), 0) AS number FROM session_endings WHERE ?1 IS NULL OR person = ?1')
      .get(person ?? null)
    return Number(row?.['number'])
  }

  /** Whose login waits for its code. @param login as `waitingLoginOf` */
  waitingFor(login: string): string | undefined {
    const row = this.db.prepare('SELECT value FROM verification WHERE identifier = ?').get(login)
    return row && String(row['value'])
  }

  steppedUp(session: string, nowMs: number): void {
    this.db.prepare('UPDATE session_marks SET step_up_ms = ? WHERE session = ?').run(nowMs, session)
  }

  /** The person whose session this is, if it holds; a use of it. */
  use(session: string, nowMs: number): Person | undefined {
    const row = this.db.prepare(`${select} AND m.session = ?`).get(session)
    const found = row && this.toPerson(Row.parse(row), nowMs)
    if (found && nowMs - found.seenMs >= SEEN_EVERY_MS) {
      this.db.prepare('UPDATE session_marks SET seen_ms = ? WHERE session = ?').run(nowMs, session)
      this.seen(found.person.id, nowMs)
    }
    return found?.person
  }

  /** All that hold now, by session; looking is no use of them. */
  holding(nowMs: number): ReadonlyMap<string, Person> {
    const holding = new Map<string, Person>()
    for (const row of this.db.prepare(select).all()) {
      const found = this.toPerson(Row.parse(row), nowMs)
      if (found) holding.set(found.person.session, found.person)
    }
    return holding
  }

  /** Outlives the session: an account nobody uses is found by it. */
  private seen(person: string, nowMs: number): void {
    this.db.prepare('UPDATE people_roles SET seen_ms = ? WHERE person = ?').run(nowMs, person)
  }

  private toPerson(row: z.output<typeof Row>, nowMs: number): { person: Person; seenMs: number } | undefined {
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
        beganMs: row.began_ms,
        hasPassword: row.hasPassword === 1,
        hasTotp: row.totp === 1,
        passkeys: row.passkeys,
        factorRemoved: row.factorRemoved === 1,
        steppedUpMs: row.step_up_ms,
        secondFactorDue: secondFactorDue(this.rule, row.step_up_ms),
      },
    }
  }
}
