/** The passkeys of people in `auth.db`: public keys, so nothing in it opens anything. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { Transports } from '#contract/passkeys.ts'

/** Computer, telephone, two keys in the safe, and some air. */
export const PASSKEYS_MAX = 10

const Row = z.object({
  id: z.string(),
  person: z.string(),
  name: z.string(),
  public_key: z.instanceof(Uint8Array),
  counter: z.number(),
  transports: z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(Transports),
  created_ms: z.number(),
  used_ms: z.number().nullable(),
})

export interface Passkey {
  /** The authenticator's own, base64url. */
  readonly id: string
  readonly person: string
  readonly name: string
  /** COSE (RFC 9052). */
  readonly publicKey: Uint8Array<ArrayBuffer>
  /** Uses, as the authenticator counts them; many count none and say 0. */
  readonly counter: number
  readonly transports: z.output<typeof Transports>
  readonly createdMs: number
  readonly usedMs: number | null
}

export class PasskeyTable {
  private readonly db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.db = db
  }

  /** @returns false when this person has as many as there may be, or the authenticator is known */
  add({ id, person, name, publicKey, counter, transports }: Omit<Passkey, 'createdMs' | 'usedMs'>, nowMs: number) {
    const added = this.db
      .prepare(
        `INSERT INTO passkeys SELECT ?, ?2, ?, ?, ?, ?, ?, NULL
         WHERE (SELECT count(*) FROM passkeys WHERE person = ?2) < ${PASSKEYS_MAX} ON CONFLICT DO NOTHING`,
      )
      .run(id, person, name, publicKey, counter, transports.join(), nowMs)
    return added.changes === 1
  }

  find(id: string): Passkey | undefined {
    const row = this.db.prepare('SELECT * FROM passkeys WHERE id = ?').get(id)
    return row && toPasskey(row)
  }

  /** Oldest first. */
  of(person: string): Passkey[] {
    return this.db.prepare('SELECT * FROM passkeys WHERE person = ? ORDER BY created_ms').all(person).map(toPasskey)
  }

  /** @returns false when it was removed meanwhile */
  used(id: string, counter: number, nowMs: number): boolean {
    const used = this.db.prepare('UPDATE passkeys SET counter = ?, used_ms = ? WHERE id = ?').run(counter, nowMs, id)
    return used.changes === 1
  }

  /** @returns false when this person has no such passkey */
  remove(person: string, id: string): boolean {
    return this.db.prepare('DELETE FROM passkeys WHERE person = ? AND id = ?').run(person, id).changes === 1
  }

  removeAllOf(person: string): void {
    this.db.prepare('DELETE FROM passkeys WHERE person = ?').run(person)
  }
}

function toPasskey(row: unknown): Passkey {
  const { public_key, created_ms, used_ms, ...rest } = Row.parse(row)
  return { ...rest, publicKey: Uint8Array.from(public_key), createdMs: created_ms, usedMs: used_ms }
}
