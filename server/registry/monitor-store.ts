/**
 * What the monitor keeps over a restart. Transitions and checkpoint go into one transaction, so they never disagree:
 * after a crash the rows behind the cursor are judged again, and what they declare was not stored yet.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Transition } from '../monitor/types.ts'
import { integer, text } from './columns.ts'
import { transaction } from './core-db.ts'
import type { TransitionTable } from './transitions.ts'

interface StoredCheckpoint {
  /** Journal row up to which the checkpoint has judged. */
  readonly cursor: number
  /** For `Monitor.restore`. */
  readonly checkpoint: unknown
}

export class MonitorStore {
  readonly #db: DatabaseSync
  readonly #transitions: TransitionTable

  constructor(db: DatabaseSync, transitions: TransitionTable) {
    this.#db = db
    this.#transitions = transitions
  }

  /** Stores what was declared up to `cursor` together with the state it led to. */
  save({ cursor, checkpoint, transitions }: StoredCheckpoint & { readonly transitions: readonly Transition[] }): void {
    const json = JSON.stringify(checkpoint)
    // All of it follows from the journal: a power cut may take it back whole, and an fsync here would hold up screens.
    this.#db.exec('PRAGMA synchronous=NORMAL')
    try {
      transaction(this.#db, () => {
        this.#transitions.append(transitions)
        this.#db.prepare('INSERT OR REPLACE INTO monitor_checkpoint VALUES (1, ?, ?)').run(cursor, json)
      })
    } finally {
      this.#db.exec('PRAGMA synchronous=FULL')
    }
  }

  load(): StoredCheckpoint | undefined {
    const row = this.#db.prepare('SELECT cursor, checkpoint FROM monitor_checkpoint').get()
    return row && { cursor: integer(row, 'cursor'), checkpoint: JSON.parse(text(row, 'checkpoint')) }
  }
}
