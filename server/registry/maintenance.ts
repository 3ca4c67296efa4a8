/** Planned maintenance windows. They are announced, never edited: to change one, remove it and announce another. */
import type { DatabaseSync } from 'node:sqlite'
import type { MaintenanceWindow } from '../monitor/types.ts'
import { integer, type Row, text } from './columns.ts'

export interface StoredWindow extends MaintenanceWindow {
  readonly id: number
}

export class MaintenanceTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** @throws Error of SQLite when the application is not registered or the window ends before it begins */
  announce(window: MaintenanceWindow): StoredWindow {
    const { app, fromMs, untilMs, reason, announcedMs } = window
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO maintenance_windows (app, from_ms, until_ms, reason, announced_ms) VALUES (?, ?, ?, ?, ?)')
      .run(app, fromMs, untilMs, reason, announcedMs)
    return { id: Number(lastInsertRowid), app, fromMs, untilMs, reason, announcedMs }
  }

  /** Windows that end after `atMs`, the one that begins first ahead. */
  endingAfter(atMs: number): StoredWindow[] {
    return this.#db
      .prepare('SELECT * FROM maintenance_windows WHERE until_ms > ? ORDER BY from_ms, id')
      .all(atMs)
      .map(toWindow)
  }

  /** @returns false when there was no such window */
  remove(id: number): boolean {
    return Number(this.#db.prepare('DELETE FROM maintenance_windows WHERE id = ?').run(id).changes) > 0
  }
}

function toWindow(row: Row): StoredWindow {
  return {
    id: integer(row, 'id'),
    app: text(row, 'app'),
    fromMs: integer(row, 'from_ms'),
    untilMs: integer(row, 'until_ms'),
    reason: text(row, 'reason'),
    announcedMs: integer(row, 'announced_ms'),
  }
}
