/** One-time links by which a person sets the first, or a new, password. Only their hash is kept. */
import { createHash, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { textOrNull } from '../registry/columns.ts'

const LINK_BYTES = 32
export const LINK_MAX_MS = 24 * 3_600_000

/** The first administrator has no person yet. */
const FIRST = null

export class OneTimeLinks {
  private readonly db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.db = db
  }

  /** A new link ends an older one of the same person. */
  issue(person: string | typeof FIRST, nowMs: number): string {
    const secret = randomBytes(LINK_BYTES).toString('base64url')
    // NULL is never equal to NULL: without IS an older link of the first administrator would stay.
    this.db.prepare('DELETE FROM one_time_links WHERE person IS ? OR until_ms <= ?').run(person, nowMs)
    this.db.prepare('INSERT INTO one_time_links VALUES (?, ?, ?)').run(hashOf(secret), person, nowMs + LINK_MAX_MS)
    return secret
  }

  /** Whose it is; undefined when it was used, has ended, or never was. */
  find(secret: string, nowMs: number): { readonly person: string | null } | undefined {
    const row = this.db
      .prepare('SELECT person FROM one_time_links WHERE hash = ? AND until_ms > ?')
      .get(hashOf(secret), nowMs)
    return row && { person: textOrNull(row, 'person') }
  }

  /** @returns false when somebody else used it first */
  use(secret: string): boolean {
    return Number(this.db.prepare('DELETE FROM one_time_links WHERE hash = ?').run(hashOf(secret)).changes) === 1
  }

  endOf(person: string): void {
    this.db.prepare('DELETE FROM one_time_links WHERE person = ?').run(person)
  }

  endFirst(): void {
    this.db.exec('DELETE FROM one_time_links WHERE person IS NULL')
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
