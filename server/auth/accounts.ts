/** People who may log in: their role, and whether they may at all. Each change that takes something ends their sessions. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { ProblemName } from '#contract/problems.ts'
import { transaction } from '../registry/core-db.ts'
import type { Library } from './library.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import type { PasskeyTable } from './passkey-table.ts'
import { type Person, type Role, roles } from './roles.ts'
import type { Sessions } from './sessions.ts'

/** A change that may not be: the message says why and what to do instead. */
export class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly problem: ProblemName

  constructor(problem: ProblemName, message: string) {
    super(message)
    this.problem = problem
  }
}

export interface AccountParts {
  readonly db: DatabaseSync
  readonly library: Library
  readonly sessions: Sessions
  readonly links: OneTimeLinks
  readonly passkeys: PasskeyTable
}

export interface Standing {
  readonly role: Role
  /** Of an opd-owner, and of nobody else. */
  readonly opd: string | null
}

export interface NewAccount extends Standing {
  readonly name: string
  readonly email: string
}

const AccountRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(roles),
  opd: z.string().nullable(),
  disabled: z.number(),
  totp: z.number().nullable(),
  passkeys: z.number(),
  hasPassword: z.number(),
  byProvider: z.number(),
  sessions: z.number(),
  seenMs: z.number().nullable(),
  linkUntilMs: z.number().nullable(),
})

const administrators = `FROM people_roles r WHERE r.role = 'administrator' AND r.disabled = 0
  AND EXISTS (SELECT 1 FROM account a WHERE a.userId = r.person AND a.password IS NOT NULL)`

/** Where else a person stands, by which column; what refers to others comes first. */
const tablesOfPerson = [
  ['provider_subjects', 'person'],
  ['passkeys', 'person'],
  ['factors_removed', 'person'],
  ['people_roles', 'person'],
  ['twoFactor', 'userId'],
  ['account', 'userId'],
  ['session', 'userId'],
  ['user', 'id'],
] as const

export class Accounts {
  private readonly db: DatabaseSync
  private readonly library: Library
  private readonly sessions: Sessions
  private readonly links: OneTimeLinks
  private readonly passkeys: PasskeyTable

  constructor({ db, library, sessions, links, passkeys }: AccountParts) {
    this.db = db
    this.library = library
    this.sessions = sessions
    this.links = links
    this.passkeys = passkeys
  }

  list(nowMs: number) {
    const rows = this.db
      .prepare(
        `SELECT u.id, u.name, u.email, r.role, r.opd, r.disabled, r.seen_ms AS seenMs, u.twoFactorEnabled AS totp,
           (SELECT count(*) FROM passkeys k WHERE k.person = u.id) AS passkeys,
           EXISTS (SELECT 1 FROM account a WHERE a.userId = u.id AND a.password IS NOT NULL) AS hasPassword,
           EXISTS (SELECT 1 FROM provider_subjects p WHERE p.person = u.id) AS byProvider,
           (SELECT count(*) FROM session_marks m WHERE m.person = u.id) AS sessions,
           (SELECT l.until_ms FROM one_time_links l WHERE l.person = u.id AND l.until_ms > ?) AS linkUntilMs
         FROM people_roles r JOIN user u ON u.id = r.person ORDER BY u.name`,
      )
      .all(nowMs)
    return rows.map((row) => {
      const { disabled, totp, hasPassword, byProvider, ...rest } = AccountRow.parse(row)
      return {
        ...rest,
        disabled: disabled === 1,
        hasTotp: totp === 1,
        hasPassword: hasPassword === 1,
        byProvider: byProvider === 1,
      }
    })
  }

  hasAdministrator(): boolean {
    const row = this.db.prepare(`SELECT count(*) AS n ${administrators}`).get()
    return Number(row?.['n']) > 0
  }

  /** Without a factor somebody comes in again by a link alone, which an administrator gives. @throws AccountError for the last one */
  checkMayRemoveCodes({ id, role, passkeys }: Person): void {
    if (role !== 'administrator' || passkeys > 0 || this.administratorsBeside(id) > 0) return
    throw new AccountError(
      'last-administrator',
      'without codes nobody could let the last administrator in again: make a passkey or another administrator first',
    )
  }

  /** @throws AccountError when the address is taken or the standing is none */
  async create({ name, email, role, opd }: NewAccount, nowMs: number): Promise<string> {
    requireStanding({ role, opd })
    await this.requireFree(email)
    const { internalAdapter } = await this.library.$context
    const user = await internalAdapter.createUser({ name, email, emailVerified: true }, { method: 'admin' })
    this.db.prepare('INSERT INTO people_roles VALUES (?, ?, ?, 0, ?, NULL)').run(user.id, role, opd, nowMs)
    return user.id
  }

  /** @throws AccountError when an account has this address */
  async requireFree(email: string): Promise<void> {
    const { internalAdapter } = await this.library.$context
    if (await internalAdapter.findUserByEmail(email))
      throw new AccountError('email-taken', `"${email}" has an account already`)
  }

  /** What `setPassword` stores. @throws an error of status 503 while too many are hashed at once */
  async hash(password: string): Promise<string> {
    return (await this.library.$context).password.hash(password)
  }

  /** @throws AccountError for a person there is not, or the last administrator */
  setStanding(person: string, standing: Standing): void {
    requireStanding(standing)
    this.change(person, standing.role !== 'administrator', () =>
      this.db
        .prepare('UPDATE people_roles SET role = ?, opd = ? WHERE person = ?')
        .run(standing.role, standing.opd, person),
    )
  }

  /** @throws AccountError for a person there is not, or the last administrator */
  setDisabled(person: string, disabled: boolean): void {
    this.change(person, disabled, () => {
      this.db.prepare('UPDATE people_roles SET disabled = ? WHERE person = ?').run(disabled ? 1 : 0, person)
      if (disabled) this.links.endOf(person)
    })
  }

  /** With everything that is kept of them here. @throws AccountError for a person there is not, the last administrator, or oneself */
  remove(person: string, by: string): void {
    if (person === by)
      throw new AccountError('own-account', 'nobody removes their own account: ask another administrator')
    transaction(this.db, () => {
      this.requireChangeable(person, true)
      this.links.endOf(person)
      this.sessions.forget(person)
      for (const [table, column] of tablesOfPerson) {
        this.db.prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(person)
      }
    })
  }

  /** @throws AccountError for a person there is not */
  emailOf(person: string): string {
    this.require(person)
    return String(this.db.prepare('SELECT email FROM user WHERE id = ?').get(person)?.['email'])
  }

  /** Whose address this is, however it is written; empty when nobody's. */
  personAt(email: string): string {
    return String(this.db.prepare('SELECT id FROM user WHERE email = ?').get(email.toLowerCase())?.['id'] ?? '')
  }

  /** Name and address, which are no good as a password. */
  wordsOf(person: string): string[] {
    const row = this.db.prepare('SELECT name, email FROM user WHERE id = ?').get(person)
    return row ? Object.values(row).map(String) : []
  }

  require(person: string): void {
    if (!this.db.prepare('SELECT 1 FROM people_roles WHERE person = ?').get(person)) {
      throw new AccountError('account-unknown', `there is no account "${person}"`)
    }
  }

  mayLogIn(person: string): boolean {
    return this.db.prepare('SELECT 1 FROM people_roles WHERE person = ? AND disabled = 0').get(person) !== undefined
  }

  /** A new password, as `hash` made it; a second factor is gone with the old one, so that a lost telephone is no dead end. */
  async setPassword(person: string, hash: string): Promise<void> {
    const { internalAdapter, adapter } = await this.library.$context
    this.sessions.endAllOf(person)
    const existing = await internalAdapter.findCredentialAccount(person)
    if (existing) await internalAdapter.updatePassword(person, hash)
    else {
      await internalAdapter.linkAccount({ userId: person, providerId: 'credential', accountId: person, password: hash })
    }
    this.passkeys.removeAllOf(person)
    await adapter.deleteMany({ model: 'twoFactor', where: [{ field: 'userId', value: person }] })
    await internalAdapter.updateUser(person, { twoFactorEnabled: false })
    this.db.prepare('DELETE FROM factors_removed WHERE person = ?').run(person)
    // Once more: a login may have read the old password until now.
    this.sessions.endAllOf(person)
    await internalAdapter.deleteUserSessions(person)
  }

  /** From now on only a session that has proven a factor sets another one up, until `setPassword`. */
  noteFactorRemoved(person: string): void {
    this.db.prepare('INSERT OR IGNORE INTO factors_removed VALUES (?)').run(person)
  }

  /** One-time codes that were begun and never proven. */
  async dropUnconfirmedCodes(person: string): Promise<void> {
    const { adapter } = await this.library.$context
    const where = [
      { field: 'userId', value: person },
      { field: 'verified', value: false },
    ]
    await adapter.deleteMany({ model: 'twoFactor', where })
  }

  private change(person: string, takesAdministrator: boolean, write: () => unknown): void {
    transaction(this.db, () => {
      this.requireChangeable(person, takesAdministrator)
      write()
      this.sessions.endAllOf(person)
    })
  }

  private requireChangeable(person: string, takesAdministrator: boolean): void {
    this.require(person)
    if (takesAdministrator && this.administratorsBeside(person) === 0) {
      throw new AccountError('last-administrator', 'this is the last administrator: make another one first')
    }
  }

  /** Only those who can log in: not one whose link is not used yet, nor one whose factor was removed and who needs a link. */
  private administratorsBeside(person: string): number {
    const row = this.db
      .prepare(
        `SELECT count(*) AS n ${administrators} AND r.person <> ?
           AND NOT (EXISTS (SELECT 1 FROM factors_removed f WHERE f.person = r.person)
             AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.person = r.person)
             AND NOT EXISTS (SELECT 1 FROM user u WHERE u.id = r.person AND u.twoFactorEnabled = 1))`,
      )
      .get(person)
    return Number(row?.['n'])
  }
}

function requireStanding({ role, opd }: Standing): void {
  if ((role === 'opd-owner') !== (opd !== null)) {
    throw new AccountError('standing-wrong', 'an opd-owner has an OPD, and no other role has one')
  }
}
