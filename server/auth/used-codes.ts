/** A code of the app opens once, also when the server was started anew: whoever looked over the shoulder comes too late. */
import type { DatabaseSync } from 'node:sqlite'

/** Three steps of 30 s: the one before, this and the next are accepted. */
const CODE_LIVES_MS = 90_000

export class UsedCodes {
  private readonly db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.db = db
  }

  /** @returns false when this person used it before. @param nowMs epoch: by that clock a code is right or wrong */
  take(person: string, code: string, nowMs: number): boolean {
    this.db.prepare('DELETE FROM used_codes WHERE until_ms <= ?').run(nowMs)
    const taken = this.db
      .prepare('INSERT INTO used_codes VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(person, code, nowMs + CODE_LIVES_MS)
    return taken.changes === 1
  }
}
