/**
 * Moves committed pages from the write-ahead log into the database, in a thread and a connection of its own: a
 * checkpoint syncs twice, and on the commit path every message behind it would wait. PASSIVE never blocks the writer,
 * NOOP only tells how long the log is (sqlite.org/pragma.html#pragma_wal_checkpoint).
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { isCheckpointDue, LOOK_EVERY_MS } from './checkpoint-pace.ts'

/** For the moment in which the writer sets the log up, or recovers it, and holds the file alone. */
const BUSY_TIMEOUT_MS = 5_000

if (parentPort) {
  const { path } = workerData as { path: string }
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  const look = db.prepare('PRAGMA wal_checkpoint(NOOP)')
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  let lastMs = performance.now()
  const checkpointWhenDue = () => {
    const { log, checkpointed } = look.get() as { log: number; checkpointed: number }
    if (!isCheckpointDue({ pages: log - checkpointed, sinceLastMs: performance.now() - lastMs })) return
    checkpoint.get()
    lastMs = performance.now()
  }
  const timer = setInterval(() => {
    try {
      checkpointWhenDue()
    } catch {
      // A full or failing disk: the commits say so, and the next second tries again.
    }
  }, LOOK_EVERY_MS)
  parentPort.once('message', () => {
    clearInterval(timer)
    db.close()
    parentPort?.close()
  })
}
