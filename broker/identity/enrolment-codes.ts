/**
 * One-time codes in `identity.db` by which a device becomes an identity. A code has 100 random bits, so its plain
 * SHA-256 is enough at rest; it is shown once, works for one token of one identity, and within the hour. Asked for that
 * token again it works again: the answer may have been lost on its way.
 */
import { createHash, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Identity, identityName } from '#contract/access.ts'
import { CODE_GROUP, CODE_LETTERS, type EnrolmentRequest } from '#contract/enrolment.ts'
import { inGroups, randomLetters } from '#contract/typed-code.ts'

/** The way from the desk to the door, and typing. */
export const CODE_LIVES_MS = 3_600_000
const BUSY_TIMEOUT_MS = 5_000

export interface IssuedCode {
  readonly username: string
  /** In groups of five. */
  readonly code: string
  /** Epoch ms. */
  readonly untilMs: number
}

type Device = Identity & Pick<EnrolmentRequest, 'role'>

export interface EnrolmentCodes {
  /** An older code of the same identity ends. */
  issue(device: Device): IssuedCode
  /**
   * @returns `again` when it was taken for this very token before, `refused` when it is wrong, too old, or for another
   * identity or token; only the right one uses it up
   */
  take(request: EnrolmentRequest): 'taken' | 'again' | 'refused'
  /** Whether a code was issued for it within the hour, used or not. */
  isAwaited(username: string): boolean
  /** Codes not used yet. */
  open(): Omit<IssuedCode, 'code'>[]
  /** @returns false when there was none */
  revoke(username: string): boolean
  close(): void
}

/** @param wallMs epoch milliseconds: a code outlives a restart */
export function openEnrolmentCodes(dataDir: string, wallMs: () => number = Date.now): EnrolmentCodes {
  const db = new DatabaseSync(join(dataDir, 'identity.db'))
  db.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    DROP TABLE IF EXISTS enrolment_codes;
    CREATE TABLE IF NOT EXISTS enrolments (
      username TEXT PRIMARY KEY, hash TEXT NOT NULL, until_ms INTEGER NOT NULL, token_hash TEXT
    ) STRICT, WITHOUT ROWID`)
  const endOld = db.prepare('DELETE FROM enrolments WHERE until_ms <= ?')
  const add = db.prepare('INSERT OR REPLACE INTO enrolments (username, hash, until_ms) VALUES (?, ?, ?)')
  const given = 'username = ? AND hash = ? AND until_ms > ?'
  const take = db.prepare(`UPDATE enrolments SET token_hash = ? WHERE token_hash IS NULL AND ${given}`)
  const taken = db.prepare(`SELECT 1 FROM enrolments WHERE token_hash = ? AND ${given}`)
  const list = db.prepare(
    'SELECT username, until_ms AS untilMs FROM enrolments WHERE token_hash IS NULL AND until_ms > ? ORDER BY username',
  )
  const awaited = db.prepare('SELECT 1 FROM enrolments WHERE username = ? AND until_ms > ?')
  const remove = db.prepare('DELETE FROM enrolments WHERE username = ?')
  return {
    issue(device) {
      const code = randomLetters(CODE_LETTERS, randomInt)
      const untilMs = wallMs() + CODE_LIVES_MS
      const username = identityName(device)
      endOld.run(wallMs())
      add.run(username, hashOf(code), untilMs)
      return { username, code: inGroups(code, CODE_GROUP), untilMs }
    },
    take({ code, tokenHash, ...device }) {
      const question = [tokenHash, identityName(device), hashOf(code), wallMs()] as const
      if (take.run(...question).changes === 1) return 'taken'
      return taken.get(...question) ? 'again' : 'refused'
    },
    isAwaited: (username) => awaited.get(username, wallMs()) !== undefined,
    open: () =>
      list.all(wallMs()).map((row) => ({ username: String(row['username']), untilMs: Number(row['untilMs']) })),
    revoke: (username) => remove.run(username).changes === 1,
    close: () => db.close(),
  }
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}
