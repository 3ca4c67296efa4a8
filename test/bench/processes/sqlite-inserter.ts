/** What SQLite alone takes: the journal's table and settings, the same rows in group commits, nothing around it. */
import { join } from 'node:path'
import { systemClock } from '#runtime/clock.ts'
import { createLedger } from '../../../broker/journal/ledger.ts'
import { openJournalForWriting } from '../../../broker/journal/schema.ts'
import { serve } from '../child.ts'

export interface InsertQuestion {
  readonly directory: string
  readonly rows: number
  readonly rowsPerCommit: number
}

/** Answers how long it took, ms. */
serve<InsertQuestion, number>(async ({ directory, rows, rowsPerCommit }) => {
  const db = openJournalForWriting(join(directory, `insert-${rowsPerCommit}.db`))
  const ledger = createLedger(db, 'bench')
  const startedMs = systemClock.monoMs()
  for (let first = 0; first < rows; first += rowsPerCommit) {
    ledger.commit(Array.from({ length: Math.min(rowsPerCommit, rows - first) }, (_, index) => row(first + index)))
  }
  const durationMs = systemClock.monoMs() - startedMs
  db.close()
  return durationMs
})

function row(seq: number) {
  const app = `bench-${seq % 50}`
  const payload = JSON.stringify({ boot: 'bench', seq, status: 'up', latencyMs: 20 + (seq % 80) })
  const key = { stream: 'bench', seq }
  const receivedMs = 1_790_000_000_000 + seq
  return { channel: 'heartbeat', subject: app, sender: `app:${app}`, receivedMs, monoMs: seq, payload, key } as const
}
