/** People, their roles, who of them may enter which door, and the signed list last issued for each; in core.db. */
import type { DatabaseSync } from 'node:sqlite'
import { AccessList, PersonRole } from '#contract/access-list.ts'
import type { Signed } from '#contract/signed.ts'
import { integer, integerOrNull, type Row, text, textOrNull } from '../registry/columns.ts'
import type { ListNumber } from './list-numbers.ts'

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
  /** Id of a schedule; null for somebody whose hours are unrestricted. */
  readonly schedule: string | null
  /** Number of the surat tugas; stays on the server. */
  readonly letter: string | null
}

export interface IssuedList extends Signed, ListNumber {
  /** JSON of what it says, to see whether that is still so. */
  readonly content: string
}

/** What was signed says it. */
const Series = AccessList.pick({ series: true })

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

  /** With roles and assignments. @returns false when there was no such person */
  removePerson(id: string): boolean {
    return Number(this.#db.prepare('DELETE FROM people WHERE id = ?').run(id).changes) > 0
  }

  /** Of everybody who has any. */
  roles(): Map<string, PersonRole[]> {
    const rows = this.#db.prepare('SELECT person, role FROM person_roles ORDER BY person, role').all()
    const roles = new Map<string, PersonRole[]>()
    for (const row of rows) {
      const own = roles.get(text(row, 'person'))
      const role = PersonRole.parse(text(row, 'role'))
      if (own) own.push(role)
      else roles.set(text(row, 'person'), [role])
    }
    return roles
  }

  rolesOf(person: string): PersonRole[] {
    return this.roles().get(person) ?? []
  }

  /** Replaces all roles of a person. */
  setRoles(person: string, roles: readonly PersonRole[]): void {
    this.#db.prepare('DELETE FROM person_roles WHERE person = ?').run(person)
    const insert = this.#db.prepare('INSERT INTO person_roles VALUES (?, ?)')
    for (const role of new Set(roles)) insert.run(person, role)
  }

  /** Lets a person enter a door; an earlier assignment of both is replaced. */
  assign({ person, door, fromMs, untilMs, schedule, letter }: Assignment): void {
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO assignments (person, door, from_ms, until_ms, schedule, letter) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(person, door, fromMs, untilMs, schedule, letter)
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

  /** Of all doors, in order of door and person. */
  assignments(): Assignment[] {
    return this.#db.prepare('SELECT * FROM assignments ORDER BY door, person').all().map(toAssignment)
  }

  issuedList(door: string): IssuedList | undefined {
    const row = this.#db.prepare('SELECT * FROM access_lists WHERE door = ?').get(door)
    if (row === undefined) return undefined
    const body = text(row, 'body')
    return {
      ...Series.parse(JSON.parse(body)),
      version: integer(row, 'version'),
      content: text(row, 'content'),
      ...{ body, signature: text(row, 'signature') },
    }
  }

  storeIssuedList(door: string, { version, content, body, signature }: Omit<IssuedList, 'series'>): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO access_lists VALUES (?, ?, ?, ?, ?)')
      .run(door, version, content, body, signature)
  }
}

function toAssignment(row: Row): Assignment {
  return {
    person: text(row, 'person'),
    door: text(row, 'door'),
    fromMs: integer(row, 'from_ms'),
    untilMs: integerOrNull(row, 'until_ms'),
    schedule: textOrNull(row, 'schedule'),
    letter: textOrNull(row, 'letter'),
  }
}
