/** The transitions ever declared, each an immutable row: the source of incidents and of availability (design §7). */
import type { DatabaseSync } from 'node:sqlite'
import { AppState, Cause } from '#contract/states.ts'
import type { Period } from '../monitor/availability.ts'
import type { Transition } from '../monitor/types.ts'
import { integer, type Row, text } from './columns.ts'

/**
 * Read at a time, of one application: more than its own word makes in a day (17,280), and 0.1 s of the event loop. A
 * registry of an earlier version may hold millions.
 */
const TRANSITIONS_READ_MAX = 20_000

/** What happened in a period, of too much the newest. */
export interface History {
  /** The state before the first of them: `new` where nothing was declared, or read, before. */
  readonly initial: AppState
  /** When that state began, epoch ms; null for `new`. */
  readonly initialSinceMs: number | null
  /** In the order they were declared. */
  readonly transitions: readonly Transition[]
}

export class TransitionTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Adds rows; call it within a transaction. */
  append(transitions: readonly Transition[]): void {
    const insert = this.#db.prepare(
      `INSERT INTO transitions (app, from_state, to_state, cause, at_ms, declared_ms, row_id, message)
       VALUES ($app, $from, $to, $cause, $at, $declaredAt, $rowId, $message)`,
    )
    for (const { app, from, to, cause, at, declaredAt, rowId, message } of transitions) {
      insert.run({ app, from, to, cause, at: Math.round(at), declaredAt: Math.round(declaredAt), rowId, message })
    }
  }

  /** Transitions of one application dated within the period, and the state before them. */
  ofApp(app: string, { fromMs, untilMs }: Period, max = TRANSITIONS_READ_MAX): History {
    // The newest by the index, which reads no more than that; then in the order they were declared.
    const rows = this.#db
      .prepare(
        `SELECT * FROM (SELECT * FROM transitions WHERE app = ? AND at_ms >= ? AND at_ms < ?
         ORDER BY at_ms DESC, id DESC LIMIT ?) ORDER BY id`,
      )
      .iterate(app, fromMs, untilMs, max)
    const transitions = [...rows.map(toTransition)]
    // What lies before those that were read is not known from them.
    const before = transitions.length < max ? this.#before(app, fromMs) : undefined
    return {
      initial: before ? AppState.parse(before['to_state']) : 'new',
      initialSinceMs: before ? integer(before, 'at_ms') : null,
      transitions,
    }
  }

  /** The newest transitions, newest first. */
  newest(limit: number): Transition[] {
    return this.#db.prepare('SELECT * FROM transitions ORDER BY id DESC LIMIT ?').all(limit).map(toTransition)
  }

  #before(app: string, atMs: number): Row | undefined {
    return this.#db
      .prepare(
        'SELECT to_state, at_ms FROM transitions WHERE app = ? AND at_ms < ? ORDER BY at_ms DESC, id DESC LIMIT 1',
      )
      .get(app, atMs)
  }
}

function toTransition(row: Row): Transition {
  return {
    app: text(row, 'app'),
    from: AppState.parse(row['from_state']),
    to: AppState.parse(row['to_state']),
    cause: Cause.parse(row['cause']),
    at: integer(row, 'at_ms'),
    declaredAt: integer(row, 'declared_ms'),
    rowId: integer(row, 'row_id'),
    message: text(row, 'message'),
  }
}
