/** The server's disk is lost, and its last backup is brought back: the doors know what is missing. */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { startTestBroker } from '../harness/broker.ts'
import { arrived, events, openConnectedDoor, payloads, stateOf } from '../harness/connected-door.ts'
import { until } from '../harness/until.ts'

const OPENINGS = 30

it('refills a journal that was restored from a backup with everything it lacks, once and in order', async () => {
  const { broker, cable, start } = await openConnectedDoor()
  const { lines } = await start()
  await arrived(broker, 'sensor.ready')
  await until('all told', () => stateOf(broker).outboxDepth === 0)
  const journal = join(broker.dataDir, 'journal.db')
  const backup = `${journal}.backup`
  const db = new DatabaseSync(journal, { readOnly: true })
  db.exec(`VACUUM INTO '${backup}'`)
  db.close()

  for (let count = 0; count < OPENINGS; count += 1) {
    lines.drive('contact', 1)
    lines.drive('contact', 0)
  }
  await arrived(broker, 'closed', OPENINGS)
  const told = events(broker)
  cable.cut()
  await broker.close()
  for (const file of [journal, `${journal}-wal`, `${journal}-shm`]) rmSync(file, { force: true })
  copyFileSync(backup, journal)

  const restored = await startTestBroker(broker.dataDir)
  expect(events(restored).length).toBeLessThan(told.length)
  cable.mend(restored.port)
  await arrived(restored, 'closed', OPENINGS)
  await until('all told again', () => payloads(restored, 'doorState').at(-1)?.outboxDepth === 0)
  expect(events(restored)).toEqual(told)
  expect(restored.rows().some(({ fork }) => fork)).toBe(false)
})
