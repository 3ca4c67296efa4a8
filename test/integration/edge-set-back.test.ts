/** Somebody brings back an old card: the door's outbox is older than what the journal has of it. */
import { copyFileSync, rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { arrived, door, events, openConnectedDoor, stateOf } from '../harness/connected-door.ts'
import { until } from '../harness/until.ts'

/** SQLite's write-ahead log belongs to the file; a closed one has none. */
function bringBack(image: string, path: string): void {
  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true })
  copyFileSync(image, path)
}

it('raises an alarm, goes on as a new journal, and loses and overwrites nothing', async () => {
  const { broker, cable, start, command, outboxPath } = await openConnectedDoor()
  const image = `${outboxPath}.image`
  const first = await start()
  await arrived(broker, 'sensor.ready')
  await until('all told', () => stateOf(broker).outboxDepth === 0)
  await first.close()
  copyFileSync(outboxPath, image)

  const second = await start()
  for (let count = 0; count < 5; count += 1) second.lines.drive('contact', count % 2 === 0 ? 1 : 0)
  await arrived(broker, 'forced', 3)
  await until('all told', () => stateOf(broker).outboxDepth === 0)
  await second.close()
  const told = events(broker)
  bringBack(image, outboxPath)

  // It runs twice more without its broker: what happens there is numbered like what the journal has.
  cable.cut()
  for (let run = 0; run < 2; run += 1) {
    const offline = await start()
    offline.lines.drive('exit', 1)
    await until('the exit', () => offline.lines.strikes.includes(1))
    await offline.close()
  }
  const last = await start()
  cable.mend()
  await arrived(broker, 'journal.renewed')
  await until('the alarm', () => stateOf(broker)?.alarms.includes('set-back') && stateOf(broker).outboxDepth === 0)
  const all = events(broker)
  expect(all.slice(0, told.length)).toEqual(told)
  const anew = all.slice(told.length)
  expect(new Set(anew.map(({ journal }) => journal)).size).toBe(1)
  expect(anew[0]?.journal).not.toBe(told[0]?.journal)
  expect(anew.map(({ seq }) => seq)).toEqual(anew.map((_, index) => index + 1))
  expect(anew[0]).toMatchObject({ kind: 'journal.renewed', former: { journal: told[0]?.journal } })
  expect(anew.filter(({ kind }) => kind === 'exit')).toHaveLength(2)
  expect(anew.filter(({ kind }) => kind === 'started')).toHaveLength(3)
  expect(anew.find(({ alarm }) => alarm === 'set-back')).toMatchObject({ kind: 'alarm.raised' })
  expect(broker.rows().some(({ fork, subject }) => fork && subject === door)).toBe(false)

  // The alarm stands over a restart, until somebody confirms it.
  await last.close()
  await start()
  await until('the alarm again', () => stateOf(broker).alarms.includes('set-back'))
  expect(await command('c-1', { kind: 'confirm-set-back' })).toMatchObject({ result: 'done' })
  await until('no alarm', () => stateOf(broker).alarms.length === 0)
  expect(events(broker).findLast(({ alarm }) => alarm === 'set-back')).toMatchObject({ kind: 'alarm.cleared' })
  expect(events(broker).filter(({ kind }) => kind === 'journal.renewed')).toHaveLength(1)
})
