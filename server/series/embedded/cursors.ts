/** How far each consumer of the journal has come; kept beside the roll-ups so both commit together. */
import type { DatabaseSync } from 'node:sqlite'

export interface Cursors {
  /** Last row taken; 0 when none. */
  read(consumer: string): number
  write(consumer: string, rowId: number): void
}

export function cursorsIn(db: DatabaseSync): Cursors {
  const select = db.prepare('SELECT rowId FROM cursors WHERE consumer = ?')
  const upsert = db.prepare('INSERT OR REPLACE INTO cursors (consumer, rowId) VALUES (?, ?)')
  return {
    read: (consumer) => Number(select.get(consumer)?.['rowId'] ?? 0),
    write: (consumer, rowId) => {
      upsert.run(consumer, rowId)
    },
  }
}
