/** Doors and vantages by name. Their credentials are in identity.db, their state comes from the journal. */
import type { DatabaseSync } from 'node:sqlite'
import { text } from './columns.ts'

export type DeviceRole = 'door' | 'vantage'

export interface Device {
  readonly id: string
  readonly name: string
}

export class DeviceTable {
  readonly #db: DatabaseSync
  /** Counts what this process changed. */
  revision = 0

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  list(role: DeviceRole): Device[] {
    return this.#db
      .prepare('SELECT id, name FROM devices WHERE role = ? ORDER BY id')
      .all(role)
      .map((row) => ({ id: text(row, 'id'), name: text(row, 'name') }))
  }

  has(role: DeviceRole, id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM devices WHERE role = ? AND id = ?').get(role, id) !== undefined
  }

  /**
   * Adds a device, or names it anew when a name is given; a new one without a name is called by its id. A door that is
   * added again gets its next list in a new series: whoever had its token may have driven the numbers up.
   */
  add(role: DeviceRole, id: string, name?: string): void {
    this.revision += 1
    if (role === 'door') this.#db.prepare('UPDATE access_lists SET version = 0 WHERE door = ?').run(id)
    const rename = name === undefined ? 'NOTHING' : 'UPDATE SET name = excluded.name'
    this.#db.prepare(`INSERT INTO devices VALUES (?, ?, ?) ON CONFLICT DO ${rename}`).run(role, id, name ?? id)
  }

  /** @returns false when there was no such device */
  remove(role: DeviceRole, id: string): boolean {
    this.revision += 1
    return Number(this.#db.prepare('DELETE FROM devices WHERE role = ? AND id = ?').run(role, id).changes) > 0
  }
}
