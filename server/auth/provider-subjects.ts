/**
 * Who came by the provider, in `auth.db`: an administrator says whose account that is; until then it opens nothing.
 * Known by issuer and subject alone: an address of mail can be given to another person, and be claimed by anybody.
 */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { transaction } from '../registry/core-db.ts'
import { AccountError } from './accounts.ts'
import type { ProviderSubject } from './provider.ts'

/** Who waits longest for an answer is forgotten first, and comes again at the next try. */
const WAITING_MAX = 500
const ID_DIGITS = 32

const Row = z.object({
  id: z.string(),
  issuer: z.string(),
  subject: z.string(),
  person: z.string().nullable(),
  name: z.string(),
  email: z.string(),
  seen_ms: z.number(),
})

export interface KnownSubject extends ProviderSubject {
  /** For addresses: issuer and subject may hold any sign. */
  readonly id: string
  /** Null while it waits. */
  readonly person: string | null
  readonly seenMs: number
}

export class ProviderSubjects {
  private readonly db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.db = db
  }

  /** Notes that this one came. @returns the account, null when none is given */
  came({ issuer, subject, name, email }: ProviderSubject, nowMs: number): string | null {
    return transaction(this.db, () => {
      this.db
        .prepare(
          `INSERT INTO provider_subjects VALUES (?, ?, ?, NULL, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, seen_ms = excluded.seen_ms`,
        )
        .run(idOf(issuer, subject), issuer, subject, name, email, nowMs)
      this.db
        .prepare(
          `DELETE FROM provider_subjects WHERE id IN (SELECT id FROM provider_subjects WHERE person IS NULL
           ORDER BY seen_ms DESC LIMIT -1 OFFSET ${WAITING_MAX})`,
        )
        .run()
      return this.find(idOf(issuer, subject))?.person ?? null
    })
  }

  /** Those who wait first, then by name. */
  list(): KnownSubject[] {
    return this.db.prepare('SELECT * FROM provider_subjects ORDER BY person IS NOT NULL, name, id').all().map(toSubject)
  }

  /** @throws AccountError when there is none */
  require(id: string): KnownSubject {
    const found = this.find(id)
    if (found) return found
    throw new AccountError('subject-unknown', `nobody known as "${id}" came by the provider`)
  }

  /** @throws AccountError when there is none, or it has an account: that link is taken away first */
  link(id: string, person: string): void {
    const linked = this.db
      .prepare('UPDATE provider_subjects SET person = ? WHERE id = ? AND person IS NULL')
      .run(person, id)
    if (linked.changes === 1) return
    this.requireUnlinked(id)
  }

  /** @throws AccountError when there is none, or it has an account */
  requireUnlinked(id: string): void {
    if (this.require(id).person === null) return
    throw new AccountError('subject-linked', 'this identity has an account already: take that away first')
  }

  remove(id: string): void {
    this.db.prepare('DELETE FROM provider_subjects WHERE id = ?').run(id)
  }

  private find(id: string): KnownSubject | undefined {
    const row = this.db.prepare('SELECT * FROM provider_subjects WHERE id = ?').get(id)
    return row && toSubject(row)
  }
}

function idOf(issuer: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, ID_DIGITS)
}

function toSubject(row: unknown): KnownSubject {
  const { seen_ms, ...rest } = Row.parse(row)
  return { ...rest, seenMs: seen_ms }
}
