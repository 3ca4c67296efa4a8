/**
 * Credentials of MQTT clients and HTTP pushers in `identity.db`: written by server and admin, read by the broker.
 * A token has 256 random bits, so a plain SHA-256 of it is enough at rest (no dictionary to fear, unlike passwords);
 * only that hash is kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Identity, identityName } from '#contract/access.ts'
import type { Role } from '#contract/channels.ts'
import { Id } from '#contract/identifiers.ts'

const TOKEN_BYTES = 32
/** Of the token's hash: enough to tell two issues apart, useless to guess the token from. */
const ISSUE_DIGITS = 16

export interface Credential {
  readonly id: string
  readonly username: string
  /** Shown once; only its hash is kept. */
  readonly password: string
}

export interface IssuedIdentity extends Identity {
  readonly createdAt: number
  /** Changes with each token: a connection that logged in with an older one is told apart. */
  readonly issue: string
}

export interface Credentials {
  /** Makes a new token; an older token of the same identity stops working at once. */
  issue(identity: Identity): Credential
  /** @returns false when there was nothing to revoke */
  revoke(username: string): boolean
  list(): IssuedIdentity[]
  /** The identity behind a user name and its token. */
  authenticate(username: string, password: string): IssuedIdentity | undefined
  /** The identity behind a bearer token. */
  authenticateToken(token: string): IssuedIdentity | undefined
  /** Reads what other processes wrote, when they did. Cheap enough to call every 200 ms. */
  reload(): void
  /** Grows with each change that was read or written. */
  generation(): number
  close(): void
}

interface Row {
  username: string
  role: Role
  id: string
  apps: string | null
  token_hash: string
  created_at: number
}

const schema = `
  CREATE TABLE IF NOT EXISTS credentials (
    username TEXT PRIMARY KEY, role TEXT NOT NULL, id TEXT NOT NULL, apps TEXT,
    token_hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`

export function openCredentials(dataDir: string): Credentials {
  const db = new DatabaseSync(join(dataDir, 'identity.db'))
  db.exec('PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
  db.exec(schema)
  const insert = db.prepare('INSERT OR REPLACE INTO credentials VALUES (?, ?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM credentials WHERE username = ?')
  const all = db.prepare('SELECT * FROM credentials ORDER BY username')
  const version = db.prepare('PRAGMA data_version')
  let byHash = new Map<string, IssuedIdentity>()
  let seenVersion: unknown
  let generation = 0

  const load = () => {
    const rows = all.all() as unknown as Row[]
    byHash = new Map(rows.map((row) => [row.token_hash, toIdentity(row)]))
    generation += 1
  }
  const authenticateToken = (token: string) => byHash.get(hashToken(token))
  load()

  return {
    issue(identity) {
      const id = Id.parse(identity.id)
      const username = identityName(identity)
      const password = randomBytes(TOKEN_BYTES).toString('base64url')
      const apps = identity.apps ? JSON.stringify(identity.apps) : null
      insert.run(username, identity.role, id, apps, hashToken(password), Date.now())
      load()
      return { id, username, password }
    },
    revoke(username) {
      const { changes } = remove.run(username)
      load()
      return Number(changes) > 0
    },
    list: () => [...byHash.values()].sort((a, b) => identityName(a).localeCompare(identityName(b))),
    authenticate(username, password) {
      const identity = authenticateToken(password)
      return identity && equal(identityName(identity), username) ? identity : undefined
    },
    authenticateToken,
    reload() {
      const now = version.get()?.['data_version']
      if (now === seenVersion) return
      seenVersion = now
      load()
    },
    generation: () => generation,
    close: () => db.close(),
  }
}

function toIdentity(row: Row): IssuedIdentity {
  const base = { role: row.role, id: row.id, createdAt: row.created_at, issue: row.token_hash.slice(0, ISSUE_DIGITS) }
  return row.apps === null ? base : { ...base, apps: JSON.parse(row.apps) as string[] }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function equal(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest()
  const right = createHash('sha256').update(b).digest()
  return timingSafeEqual(left, right)
}
