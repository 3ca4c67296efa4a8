import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AuditEvent } from '#contract/audit.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openAuditLog } from './audit-log.ts'

const event = (account: string): AuditEvent => ({
  ...{ at: '2026-11-24T00:00:00.000Z', actor: 'shell', from: 'uid 0', act: 'account disabled', about: { account } },
})

function open(dataDir = temporaryDirectory()) {
  const log = openAuditLog(dataDir)
  const db = new DatabaseSync(join(dataDir, 'audit.db'))
  onTestFinished(() => {
    db.close()
    log.close()
  })
  return { log, db, dataDir }
}

function filled(count: number) {
  const opened = open()
  for (let nth = 1; nth <= count; nth += 1) opened.log.append(event(`a${nth}`))
  return opened
}

describe('the audit record', () => {
  it('tells newest first, page by page', () => {
    const { log } = filled(5)
    expect(log.list(2).map(({ number, about }) => [number, about['account']])).toEqual([
      [5, 'a5'],
      [4, 'a4'],
    ])
    expect(log.list(10, 4).map(({ number }) => number)).toEqual([3, 2, 1])
    expect(log.verify()).toEqual({ entries: 5, firstBad: null })
  })

  it('takes turns with another process, and its chain stays one', () => {
    const { log, dataDir } = filled(1)
    const other = open(dataDir).log
    for (const writer of [other, log, other]) writer.append(event('b'))
    expect(log.verify()).toEqual({ entries: 4, firstBad: null })
  })

  it('is neither changed nor shortened through SQLite', () => {
    const { db } = filled(2)
    expect(() => db.exec("UPDATE entries SET event = '{}' WHERE number = 1")).toThrow('never changed')
    expect(() => db.exec('DELETE FROM entries WHERE number = 2')).toThrow('never deleted')
    expect(() => db.exec("INSERT OR REPLACE INTO entries VALUES (1, '{}', 'x')")).toThrow('at the end')
  })

  it.each([
    ['an entry that says something else', "UPDATE entries SET event = replace(event, 'a2', 'a9') WHERE number = 2", 2],
    ['an entry taken out', 'DELETE FROM entries WHERE number = 2', 3],
    [
      'two entries in each other’s place',
      'UPDATE entries SET event = (SELECT event FROM entries e WHERE e.number = 5 - entries.number) WHERE number IN (2, 3)',
      2,
    ],
  ])('finds %s, by whoever takes the guards away', (_, tampering, firstBad) => {
    const { log, db } = filled(4)
    db.exec('DROP TRIGGER entries_stay; DROP TRIGGER entries_stay_so')
    db.exec(tampering)
    expect(log.verify().firstBad).toBe(firstBad)
  })
})
