/** Administration of accounts for who is locked out: works on `auth.db` beside a running server, in force at once. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { openAuthDb } from '../auth/auth-db.ts'
import { LINK_MAX_MS, OneTimeLinks } from '../auth/one-time-links.ts'
import { Sessions } from '../auth/sessions.ts'
import type { Admin } from './admin.ts'
import { AdminError, notFound } from './failures.ts'

const AccountRow = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  disabled: z.number().transform((flag) => flag === 1),
  lastUsedAt: z
    .number()
    .nullable()
    .transform((ms) => (ms === null ? null : new Date(ms).toISOString())),
})
export type AccountLine = z.output<typeof AccountRow>

export function listAccounts(admin: Admin): AccountLine[] {
  return withAccounts(admin, accountsIn)
}

/** A new one-time link, by which its person sets a password; sessions end, and a second factor with the old password. */
export function resetAccount(admin: Admin, email: string) {
  return withAccounts(admin, (db) => {
    const { id } = find(db, email)
    new Sessions(db, 'everyone').endAllOf(id)
    const secret = new OneTimeLinks(db).issue(id, admin.nowMs())
    const path = `/login#link=${secret}`
    return {
      id,
      link: admin.publicUrl === undefined ? path : new URL(path, admin.publicUrl).href,
      until: new Date(admin.nowMs() + LINK_MAX_MS).toISOString(),
    }
  })
}

/** Lets somebody in again who was disabled. @returns the id */
export function enableAccount(admin: Admin, email: string): string {
  return withAccounts(admin, (db) => {
    const { id } = find(db, email)
    new Sessions(db, 'everyone').endAllOf(id)
    db.prepare('UPDATE people_roles SET disabled = 0 WHERE person = ?').run(id)
    return id
  })
}

/** @throws AdminError when no server has made the accounts yet */
function withAccounts<T>(admin: Admin, work: (db: DatabaseSync) => T): T {
  const db = openAuthDb(admin.dataDir)
  try {
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'user'").get()) {
      throw new AdminError(
        'there are no accounts yet: start the server, its log has the link of the first administrator',
      )
    }
    return work(db)
  } finally {
    db.close()
  }
}

function accountsIn(db: DatabaseSync): AccountLine[] {
  return db
    .prepare(
      `SELECT u.id, u.email, r.role, r.disabled, r.seen_ms AS lastUsedAt
       FROM people_roles r JOIN user u ON u.id = r.person ORDER BY u.email`,
    )
    .all()
    .map((row) => AccountRow.parse(row))
}

function find(db: DatabaseSync, email: string): AccountLine {
  const accounts = accountsIn(db)
  const found = accounts.find((account) => account.email === email.toLowerCase())
  if (found) return found
  throw notFound(
    'account',
    email,
    accounts.map((account) => account.email),
    'see "accounts list"',
  )
}
