/** The table of tokens in `identity.db`: one row a token, so two of one identity can live side by side. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Identity, identityName } from '#contract/access.ts'
import type { Role } from '#contract/channels.ts'

/** Of the token's hash: enough to tell two issues apart, useless to guess the token from. */
const ISSUE_DIGITS = 16

export interface IssuedIdentity extends Identity {
  readonly createdAt: number
  /** Changes with each token: a connection that logged in with an older one is told apart. */
  readonly issue: string
}

export interface LiveToken {
  readonly hash: string
  readonly identity: IssuedIdentity
  /** Epoch ms; undefined: until it is revoked. */
  readonly expiresAt: number | undefined
}

interface NewToken {
  readonly identity: Identity
  readonly hash: string
  readonly nowMs: number
  readonly overlapMs: number
}

export interface TokenTable {
  insert(token: NewToken): void
  /** @returns how many tokens there were */
  remove(username: string): number
  /** @returns false when this identity has no such token */
  removeOne(username: string, issue: string): boolean
  /** For every token of the identity. */
  setApps(username: string, apps: readonly string[] | undefined): void
  /** Ends for good those that have expired: the clock may go back. */
  removeExpired(nowMs: number): void
  /** Tokens that work now, in the order they were made. */
  live(nowMs: number): LiveToken[]
  /** The same of one identity. */
  liveOf(username: string, nowMs: number): LiveToken[]
  /** Whether another process wrote since the last call. */
  changed(): boolean
  close(): void
}

interface Row {
  username: string
  role: Role
  id: string
  apps: string | null
  token_hash: string
  created_at: number
  expires_at: number | null
}

const SCHEMA_VERSION = 1
const schema = `
  CREATE TABLE IF NOT EXISTS tokens (
    number INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL, role TEXT NOT NULL, id TEXT NOT NULL, apps TEXT,
    token_hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, expires_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tokens_by_username ON tokens (username);`

export function openTokenTable(dataDir: string): TokenTable {
  const db = new DatabaseSync(join(dataDir, 'identity.db'))
  db.exec('PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
  atomically(db, () => migrate(db))
  const add = db.prepare(
    `INSERT INTO tokens (username, role, id, apps, token_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const endOlder = db.prepare(`DELETE FROM tokens WHERE username = ?1 AND number NOT IN (
    SELECT number FROM tokens WHERE username = ?1 AND ?2 > ?3 AND ifnull(expires_at, ?2) > ?3
    ORDER BY number DESC LIMIT 1)`)
  const overlap = db.prepare(
    'UPDATE tokens SET apps = ?1, expires_at = min(ifnull(expires_at, ?2), ?2) WHERE username = ?3',
  )
  const remove = db.prepare('DELETE FROM tokens WHERE username = ?')
  const removeOne = db.prepare(`DELETE FROM tokens WHERE username = ? AND substr(token_hash, 1, ${ISSUE_DIGITS}) = ?`)
  const setApps = db.prepare('UPDATE tokens SET apps = ? WHERE username = ?')
  const removeExpired = db.prepare('DELETE FROM tokens WHERE expires_at <= ?')
  const live = db.prepare('SELECT * FROM tokens WHERE ifnull(expires_at, ?1 + 1) > ?1 ORDER BY number')
  const liveOf = db.prepare(
    'SELECT * FROM tokens WHERE username = ?2 AND ifnull(expires_at, ?1 + 1) > ?1 ORDER BY number',
  )
  const version = db.prepare('PRAGMA data_version')
  let seenVersion: unknown

  return {
    insert({ identity, hash, nowMs, overlapMs }) {
      const username = identityName(identity)
      const apps = listOrNull(identity.apps)
      atomically(db, () => {
        const untilMs = nowMs + overlapMs
        endOlder.run(username, untilMs, nowMs)
        overlap.run(apps, untilMs, username)
        add.run(username, identity.role, identity.id, apps, hash, nowMs)
      })
    },
    remove: (username) => Number(remove.run(username).changes),
    removeOne: (username, issue) => removeOne.run(username, issue).changes > 0,
    setApps: (username, apps) => void setApps.run(listOrNull(apps), username),
    removeExpired: (nowMs) => void removeExpired.run(nowMs),
    live: (nowMs) => (live.all(nowMs) as unknown as Row[]).map(toToken),
    liveOf: (username, nowMs) => (liveOf.all(nowMs, username) as unknown as Row[]).map(toToken),
    changed() {
      const now = version.get()?.['data_version']
      const changed = now !== seenVersion
      seenVersion = now
      return changed
    },
    close: () => db.close(),
  }
}

/** Version 0 kept one token an identity. */
function migrate(db: DatabaseSync): void {
  if (db.prepare('PRAGMA user_version').get()?.['user_version'] === SCHEMA_VERSION) return
  db.exec(schema)
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'credentials'").get()) {
    db.exec(`INSERT INTO tokens (username, role, id, apps, token_hash, created_at)
      SELECT username, role, id, apps, token_hash, created_at FROM credentials ORDER BY created_at;
      DROP TABLE credentials`)
  }
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
}

function atomically(db: DatabaseSync, write: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    write()
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

const listOrNull = (apps: readonly string[] | undefined) => (apps ? JSON.stringify(apps) : null)

function toToken(row: Row): LiveToken {
  const base = { role: row.role, id: row.id, createdAt: row.created_at, issue: row.token_hash.slice(0, ISSUE_DIGITS) }
  const identity = row.apps === null ? base : { ...base, apps: JSON.parse(row.apps) as string[] }
  return { hash: row.token_hash, identity, expiresAt: row.expires_at ?? undefined }
}
