/** The rules of each door that are not the default, in core.db. */
import type { DatabaseSync } from 'node:sqlite'
import { DoorRules } from '#contract/access-list.ts'
import { text } from '../registry/columns.ts'

/** What is set; a rule that is not set has the contract's default. */
export const DoorRulesSet = DoorRules.partial()
export type DoorRulesSet = Partial<DoorRules>

export class DoorRulesTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  of(door: string): DoorRulesSet {
    const row = this.#db.prepare('SELECT rules FROM door_rules WHERE door = ?').get(door)
    return row ? withoutDefaults(DoorRules.parse(JSON.parse(text(row, 'rules')))) : {}
  }

  put(door: string, rules: DoorRulesSet): void {
    const set = withoutDefaults(DoorRules.parse(rules))
    this.#db.prepare('INSERT OR REPLACE INTO door_rules VALUES (?, ?)').run(door, JSON.stringify(set))
  }
}

/** So that a list without rules keeps the bytes it had before there were any. */
function withoutDefaults(rules: DoorRules): DoorRulesSet {
  const defaults: Readonly<Record<string, unknown>> = DoorRules.parse({})
  return Object.fromEntries(Object.entries(rules).filter(([name, value]) => value !== defaults[name]))
}
