import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import type { Entry } from '../../broker/journal/entry.ts'
import { journalPath } from '../../broker/journal/files.ts'
import { createLedger } from '../../broker/journal/ledger.ts'
import { openJournalForWriting } from '../../broker/journal/schema.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { until } from '../../test/harness/until.ts'
import { startJournalTail } from './journal-tail.ts'

const heartbeat: Entry = {
  ...{ channel: 'heartbeat', subject: 'simrs', sender: 'app:simrs' },
  ...{ receivedMs: 1_000, monoMs: 1, payload: '' },
}

it('hands rows on again that could not be taken, and each of them once', async () => {
  const dataDir = temporaryDirectory()
  const db = openJournalForWriting(journalPath(dataDir))
  onTestFinished(() => db.close())
  const ledger = createLedger(db, 'boot')
  ledger.commit([heartbeat, heartbeat])
  const taken: number[] = []
  let refusals = 0
  const tail = startJournalTail({
    ...{ dataDir, cursor: 0, log: silentLog },
    onRows(rows) {
      if (refusals < 2) {
        refusals += 1
        throw new Error('disk I/O error')
      }
      taken.push(...rows.map(({ id }) => id))
    },
  })
  onTestFinished(() => tail.close())
  await until('the rows', () => taken.length > 0)
  ledger.commit([heartbeat])
  await until('the next', () => taken.length > 2)
  expect(taken).toEqual([1, 2, 3])
  expect(tail.cursor()).toBe(3)
})
