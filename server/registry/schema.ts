/**
 * Schema of core.db: entry n brings a file from user_version n to n + 1. Entries are never altered, only added.
 * Times are epoch milliseconds, intervals seconds.
 */
import { doorPolicy } from './schema-door-policy.ts'

const registry = `
  CREATE TABLE apps (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, wall_name TEXT, opd TEXT NOT NULL, service TEXT NOT NULL, region TEXT,
    criticality INTEGER NOT NULL CHECK (criticality BETWEEN 1 AND 3),
    interval_s INTEGER NOT NULL CHECK (interval_s > 0), grace_s INTEGER NOT NULL CHECK (grace_s >= 0),
    simulated INTEGER NOT NULL, registered_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE maintenance_windows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, reason TEXT NOT NULL, announced_ms INTEGER NOT NULL,
    CHECK (from_ms < until_ms)
  ) STRICT;
  CREATE INDEX maintenance_windows_until ON maintenance_windows (until_ms);

  CREATE TABLE devices (
    role TEXT NOT NULL CHECK (role IN ('door', 'vantage')), id TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (role, id)
  ) STRICT, WITHOUT ROWID;`

/** No reference to apps: what happened stays on record when an application is removed. */
const transitions = `
  CREATE TABLE transitions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, cause TEXT NOT NULL,
    at_ms INTEGER NOT NULL, declared_ms INTEGER NOT NULL, row_id INTEGER NOT NULL, message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX transitions_app_at ON transitions (app, at_ms);
  CREATE INDEX transitions_at ON transitions (at_ms);
  CREATE TRIGGER transitions_are_never_altered BEFORE UPDATE ON transitions
    BEGIN SELECT RAISE(ABORT, 'a transition is never altered'); END;
  CREATE TRIGGER transitions_are_never_deleted BEFORE DELETE ON transitions
    BEGIN SELECT RAISE(ABORT, 'a transition is never deleted'); END;

  CREATE TABLE monitor_checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1), cursor INTEGER NOT NULL, checkpoint TEXT NOT NULL
  ) STRICT;`

/** An assignment goes with its person; of a door that is gone it is kept out by the code that builds lists. */
const access = `
  CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE assignments (
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE, door TEXT NOT NULL,
    from_ms INTEGER NOT NULL, until_ms INTEGER, CHECK (until_ms IS NULL OR from_ms < until_ms),
    PRIMARY KEY (door, person)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE access_lists (
    door TEXT PRIMARY KEY, version INTEGER NOT NULL, people TEXT NOT NULL, body TEXT NOT NULL, signature TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`

export const migrations: readonly string[] = [registry + transitions + access, doorPolicy]
