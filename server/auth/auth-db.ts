/**
 * The file `auth.db`: the library's tables (people, sessions, passwords, second factors) and ours beside them (role,
 * age of a session, one-time links, passkeys). Whether a session holds is decided by ours alone, in one synchronous query.
 */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const BUSY_TIMEOUT_MS = 5_000
/** Names and password hashes stand in here: no other user of the machine reads them. */
const OWNER_ONLY = 0o600

const schema = `
  CREATE TABLE IF NOT EXISTS people_roles (
    person TEXT PRIMARY KEY, role TEXT NOT NULL, opd TEXT, disabled INTEGER NOT NULL, created_ms INTEGER NOT NULL,
    seen_ms INTEGER,
    CHECK ((role = 'opd-owner') = (opd IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session_marks (
    session TEXT PRIMARY KEY, person TEXT NOT NULL,
    began_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, step_up_ms INTEGER,
    address TEXT NOT NULL, agent TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_marks_person ON session_marks (person);
  CREATE TABLE IF NOT EXISTS session_endings (person TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS one_time_links (
    hash TEXT PRIMARY KEY, person TEXT UNIQUE, until_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS passkeys (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, public_key BLOB NOT NULL, counter INTEGER NOT NULL,
    transports TEXT NOT NULL, created_ms INTEGER NOT NULL, used_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS passkeys_person ON passkeys (person);
  CREATE TABLE IF NOT EXISTS used_codes (
    person TEXT NOT NULL, code TEXT NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (person, code)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS factors_removed (person TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS provider_subjects (
    id TEXT PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL, person TEXT, name TEXT NOT NULL, email TEXT NOT NULL,
    seen_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`

export function openAuthDb(dataDir: string): DatabaseSync {
  const path = join(dataDir, 'auth.db')
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL`)
  db.exec(schema)
  chmodSync(path, OWNER_ONLY)
  return db
}
