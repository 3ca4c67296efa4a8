/** People, who of them may enter which door, and the signed list last issued for each door; in core.db. */
import type { DatabaseSync } from 'node:sqlite'
import type { AccessList } from '#contract/access-list.ts'
import type { Signed } from '#contract/signed.ts'
import { integer, integerOrNull, type Row, text } from '../registry/columns.ts'

export interface Person {
  /** Opaque: the only thing of a person that leaves the server. */
  readonly id: string
  readonly name: string
}

/** Times are epoch ms; `untilMs` is exclusive, null for open-ended. */
export interface Assignment {
  readonly person: string
  readonly door: string
  readonly fromMs: number
  readonly untilMs: number | null
}

export interface IssuedList extends Signed {
  readonly version: number
  /** JSON of the people on it, to see whether it still says what it should. */
  readonly people: string
}

/** So many fit into one `access` payload whatever the length of their ids (contract/door.ts, `Signed`). */
export const PEOPLE_PER_DOOR_MAX = 400

export class AccessTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Adds a person, or corrects the name of one. */
  putPerson({ id, name }: Person): void {
    this.#db
      .prepare('INSERT INTO people VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name')
      .run(id, name)
  }

  people(): Person[] {
    return this.#db
      .prepare('SELECT id, name FROM people ORDER BY id')
      .all()
      .map((row) => ({ id: text(row, 'id'), name: text(row, 'name') }))
  }

  hasPerson(id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM people WHERE id = ?').get(id) !== undefined
  }

  /**
   * Lets a person enter a door; an earlier assignment of both is replaced.
   * @throws RangeError when the door has as many people as a list can carry
   */
  assign({ person, door, fromMs, untilMs }: Assignment): void {
    const others = this.assignmentsOf(door).filter((entry) => entry.person !== person)
    if (others.length >= PEOPLE_PER_DOOR_MAX) {
      throw new RangeError(
        `${door} has ${others.length} people, the most that its list can carry: unassign somebody first`,
      )
    }
    this.#db.prepare('INSERT OR REPLACE INTO assignments VALUES (?, ?, ?, ?)').run(person, door, fromMs, untilMs)
  }

  /** @returns false when there was no such assignment */
  unassign(person: string, door: string): boolean {
    const statement = this.#db.prepare('DELETE FROM assignments WHERE person = ? AND door = ?')
    return Number(statement.run(person, door).changes) > 0
  }

  /** In order of person. */
  assignmentsOf(door: string): Assignment[] {
    return this.#db.prepare('SELECT * FROM assignments WHERE door = ? ORDER BY person').all(door).map(toAssignment)
  }

  issuedList(door: string): IssuedList | undefined {
    const row = this.#db.prepare('SELECT * FROM access_lists WHERE door = ?').get(door)
    return (
      row && {
        version: integer(row, 'version'),
        people: text(row, 'people'),
        body: text(row, 'body'),
        signature: text(row, 'signature'),
      }
    )
  }

  storeIssuedList(door: AccessList['door'], { version, people, body, signature }: IssuedList): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO access_lists VALUES (?, ?, ?, ?, ?)')
      .run(door, version, people, body, signature)
  }
}

function toAssignment(row: Row): Assignment {
  return {
    person: text(row, 'person'),
    door: text(row, 'door'),
    fromMs: integer(row, 'from_ms'),
    untilMs: integerOrNull(row, 'until_ms'),
  }
}
