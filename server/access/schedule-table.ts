/** Weekly hours by name, in core.db; who has to keep to which is said by the assignments. */
import type { DatabaseSync } from 'node:sqlite'
import { Schedule } from '#contract/access-list.ts'
import { integer, type Row, text } from '../registry/columns.ts'

export interface NamedSchedule extends Schedule {
  /** For people; stays on the server. */
  readonly name: string
}

export class ScheduleTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Adds a schedule, or replaces the one of that id. */
  put({ id, name, hours, onHolidays }: NamedSchedule): void {
    this.#db
      .prepare(
        `INSERT INTO schedules VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
           hours = excluded.hours, on_holidays = excluded.on_holidays`,
      )
      .run(id, name, JSON.stringify(hours), Number(onHolidays))
  }

  get(id: string): NamedSchedule | undefined {
    const row = this.#db.prepare('SELECT * FROM schedules WHERE id = ?').get(id)
    return row && toSchedule(row)
  }

  list(): NamedSchedule[] {
    return this.#db.prepare('SELECT * FROM schedules ORDER BY id').all().map(toSchedule)
  }

  /** @returns false when there was no such schedule @throws Error of SQLite while an assignment names it */
  remove(id: string): boolean {
    return Number(this.#db.prepare('DELETE FROM schedules WHERE id = ?').run(id).changes) > 0
  }
}

function toSchedule(row: Row): NamedSchedule {
  const schedule = Schedule.parse({
    id: text(row, 'id'),
    hours: JSON.parse(text(row, 'hours')),
    onHolidays: integer(row, 'on_holidays') === 1,
  })
  return { ...schedule, name: text(row, 'name') }
}
