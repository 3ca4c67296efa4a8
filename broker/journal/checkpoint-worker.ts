/**
 * Moves committed pages from the write-ahead log into the database, in a thread and a connection of its own: a
 * checkpoint syncs twice, and on the commit path every message behind it would wait. PASSIVE never blocks the writer
 * (sqlite.org/c3ref/wal_checkpoint_v2.html).
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { CHECKPOINT_EVERY_MS } from './checkpoint-pace.ts'

if (parentPort) {
  const { path } = workerData as { path: string }
  const db = new DatabaseSync(path)
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  const timer = setInterval(() => checkpoint.get(), CHECKPOINT_EVERY_MS)
  parentPort.once('message', () => {
    clearInterval(timer)
    db.close()
    parentPort?.close()
  })
}
