/** Holidays and collective leave as decreed (SKB), in core.db. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

export const holidayKinds = ['national', 'leave'] as const

export const Holiday = z.object({
  /** `YYYY-MM-DD`, in WIB. */
  day: z.iso.date(),
  name: z.string().trim().min(1).max(120),
  /** `leave` is cuti bersama. */
  kind: z.enum(holidayKinds),
  /** The decree that says so. */
  source: z.string().trim().max(120),
})
export type Holiday = z.infer<typeof Holiday>

export class HolidayTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Adds a holiday, or replaces what was said of that day. */
  put({ day, name, kind, source }: Holiday): void {
    this.#db.prepare('INSERT OR REPLACE INTO holidays VALUES (?, ?, ?, ?)').run(day, name, kind, source)
  }

  get(day: string): Holiday | undefined {
    return Holiday.optional().parse(this.#db.prepare('SELECT * FROM holidays WHERE day = ?').get(day))
  }

  /** In order of day; of one year when it is given. */
  list(year?: number): Holiday[] {
    const pattern = year === undefined ? '%' : `${year}-%`
    const rows = this.#db.prepare('SELECT * FROM holidays WHERE day LIKE ? ORDER BY day').all(pattern)
    return z.array(Holiday).parse(rows)
  }

  /** @returns false when that day was none */
  remove(day: string): boolean {
    return Number(this.#db.prepare('DELETE FROM holidays WHERE day = ?').run(day).changes) > 0
  }
}
