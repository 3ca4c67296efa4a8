/** A digest of every table of every database in a data directory: the same before and after means nothing was changed. */
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const BUSY_MS = 5_000

/** What may change meanwhile. */
export interface Exempt {
  /** By `file.table`: the condition for rows that count, or false for a table that does not. */
  readonly rows: Readonly<Record<string, string | false>>
  /** By `file.table`: columns that do not count. */
  readonly columns?: Readonly<Record<string, readonly string[]>>
}

/** @returns by `file.table` the digest of its rows, and by `file` that of its schema */
export function digestOf(dataDir: string, { rows, columns = {} }: Exempt): Map<string, string> {
  const digests = new Map<string, string>()
  for (const file of globSync('*.db', { cwd: dataDir }).sort()) {
    const db = new DatabaseSync(join(dataDir, file), { readOnly: true, timeout: BUSY_MS })
    const tables = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
    digests.set(file, hash(db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()))
    for (const { name } of tables) {
      const key = `${file}.${name}`
      const condition = rows[key] ?? '1 = 1'
      if (condition === false) continue
      const found = db.prepare(`SELECT * FROM "${name}" WHERE ${condition}`).all()
      for (const column of columns[key] ?? []) for (const row of found) delete row[column]
      digests.set(key, hash(found.map((row) => JSON.stringify(row)).sort()))
    }
    db.close()
  }
  return digests
}

/** Names of what is not the same. */
export function changedIn(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name))
}

/** BLOBs and numbers of SQLite become text; nothing is left out. */
function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
