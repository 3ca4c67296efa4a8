/**
 * Keeps a single writer single: an exclusive SQLite lock on a file beside the data. The kernel drops it when the
 * process dies however it dies, so no stale lock is left behind (a file with a process id would be one).
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface LockFile {
  release(): void
}

/** @throws Error when another process holds it, naming the file. */
export function acquireLock(path: string): LockFile {
  mkdirSync(dirname(path), { recursive: true })
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch {
    db.close()
    throw new Error(`${path} is held by another process: only one may write here. Stop the other one first.`)
  }
  return { release: () => db.close() }
}
