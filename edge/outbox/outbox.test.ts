import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AgentRecord, firstPrev } from '#contract/record.ts'
import { isSealed } from '#runtime/record-chain.ts'
import { type OutboxOptions, openOutbox } from './outbox.ts'

describe('outbox', () => {
  let directory = ''
  const path = () => join(directory, 'edge', 'outbox.db')
  const open = (changes: Partial<OutboxOptions> = {}) =>
    openOutbox({
      path: path(),
      boot: 'b-1',
      clock: { wallMs: () => 1_700_000_000_000.5, monoMs: () => 12.5 },
      clockState: () => 'hold',
      ...changes,
    })
  const parsed = (texts: { text: string }[]) => texts.map(({ text }) => JSON.parse(text))
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'siaga-outbox-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it('writes records as the contract says: numbered, chained, sealed', () => {
    const outbox = open()
    expect([outbox.append({ kind: 'started', version: '1' }), outbox.append({ kind: 'opened' })]).toEqual([1, 2])
    const [first, second] = parsed(outbox.readFrom(1, 50))
    expect(AgentRecord.parse(first)).toMatchObject({ seq: 1, boot: 'b-1', clock: 'hold', at: 1_700_000_000_000 })
    expect(first).toMatchObject({ journal: outbox.journal, prev: firstPrev, version: '1' })
    expect(second.prev).toBe(first.hash)
    expect([first, second].every(isSealed)).toBe(true)
    outbox.close()
  })

  it('goes on where it was when it is opened again', () => {
    const before = open()
    before.append({ kind: 'opened' })
    const { journal } = before
    const [first] = parsed(before.readFrom(1, 1))
    before.close()
    const after = open()
    expect(after).toMatchObject({ journal, lastSeq: 1, acknowledgedSeq: 0 })
    expect(after.append({ kind: 'closed' })).toBe(2)
    expect(parsed(after.readFrom(2, 1))[0].prev).toBe(first.hash)
    after.close()
  })

  it('is another journal when its file is another', () => {
    const first = open()
    const second = open({ path: join(directory, 'other.db') })
    expect(first.journal).toMatch(/^[0-9a-f]{32}$/)
    expect(second.journal).not.toBe(first.journal)
    first.close()
    second.close()
  })

  it('throws when a record cannot be written, and leaves no hole behind', () => {
    const outbox = open()
    outbox.append({ kind: 'opened' })
    const other = new DatabaseSync(path())
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
    expect(() => outbox.append({ kind: 'granted' })).toThrow('disk is full')
    other.exec('DROP TRIGGER full')
    other.close()
    expect(outbox.append({ kind: 'closed' })).toBe(2)
    expect(parsed(outbox.readFrom(1, 50)).map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'opened'],
      [2, 'closed'],
    ])
    outbox.close()
    expect(() => outbox.append({ kind: 'granted' })).toThrow()
  })

  it('counts connections and goes on sending where that cannot be written', () => {
    const outbox = open()
    for (let count = 0; count < 3; count += 1) outbox.append({ kind: 'opened' })
    expect(outbox.nextConnection()).toBe(1)
    const other = new DatabaseSync(path())
    other.exec(`CREATE TRIGGER full BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
    expect([outbox.nextConnection(), outbox.nextConnection()]).toEqual([2, 3])
    outbox.acknowledge({ journal: outbox.journal, seq: 2 })
    expect(outbox.acknowledgedSeq).toBe(2)
    other.exec('DROP TRIGGER full')
    other.close()
    expect(outbox.nextConnection()).toBe(4)
    outbox.close()
    expect(open().nextConnection()).toBe(5)
  })

  it('lets go only of what is acknowledged and older than the ring', () => {
    const outbox = open({ ringRecords: 3 })
    for (let count = 0; count < 10; count += 1) outbox.append({ kind: 'opened' })
    const seqs = () => outbox.readFrom(1, 50).map(({ seq }) => seq)
    outbox.acknowledge({ journal: outbox.journal, seq: 2 })
    expect(seqs()).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
    outbox.acknowledge({ journal: outbox.journal, seq: 10 })
    expect(seqs()).toEqual([7, 8, 9, 10])
    outbox.close()
  })

  it('declares what it no longer has with one gap record, the same bytes each time', () => {
    const outbox = open({ ringRecords: 3 })
    for (let count = 0; count < 10; count += 1) outbox.append({ kind: 'opened' })
    outbox.acknowledge({ journal: outbox.journal, seq: 10 })
    const [gap, next] = outbox.readFrom(4, 2)
    expect(JSON.parse(gap?.text ?? '')).toMatchObject({ kind: 'gap', seq: 7, from: 4, to: 7 })
    expect(isSealed(JSON.parse(gap?.text ?? ''))).toBe(true)
    expect(next?.seq).toBe(8)
    outbox.close()
    const again = open()
    expect(again.readFrom(4, 1)).toEqual([gap])
    again.close()
  })

  it('follows the journal down as well as up, and is not led by another journal', () => {
    const outbox = open()
    for (let count = 0; count < 5; count += 1) outbox.append({ kind: 'opened' })
    const { journal } = outbox
    outbox.acknowledge({ journal, seq: 4 })
    expect(outbox.acknowledgedSeq).toBe(4)
    outbox.acknowledge({ journal, seq: 2 })
    expect(outbox.acknowledgedSeq).toBe(2)
    outbox.acknowledge({ journal: 'f'.repeat(32), seq: 5 })
    expect(outbox.acknowledgedSeq).toBe(0)
    outbox.acknowledge({ journal, seq: 99 })
    expect(outbox.acknowledgedSeq).toBe(5)
    outbox.acknowledge({ journal: null, seq: 0 })
    expect(outbox.acknowledgedSeq).toBe(0)
    outbox.close()
  })

  it('knows after a restart what may have been sent', () => {
    const first = open()
    first.append({ kind: 'opened' })
    expect(first.sentSeq).toBe(0)
    first.markSent()
    first.append({ kind: 'closed' })
    first.close()
    const second = open()
    expect(second.sentSeq).toBe(1)
    second.close()
  })

  it('takes a file of the first version for one that was sent', () => {
    const first = open()
    first.append({ kind: 'opened' })
    first.close()
    const db = new DatabaseSync(path())
    db.exec('ALTER TABLE meta DROP COLUMN sent')
    db.close()
    const second = open()
    expect(second.sentSeq).toBe(1)
    second.close()
  })

  it('goes on as a new journal: what was not sent comes again with its old key, the old ones are kept beside', () => {
    const outbox = open()
    for (const kind of ['started', 'opened', 'closed']) outbox.append({ kind })
    outbox.markSent()
    outbox.acknowledge({ journal: outbox.journal, seq: 2 })
    outbox.append({ kind: 'granted', person: 'p-1' })
    const { journal } = outbox
    const old = parsed(outbox.readFrom(1, 50))
    outbox.renew(250)
    expect(outbox).toMatchObject({ lastSeq: 2, acknowledgedSeq: 0, sentSeq: 0 })
    expect(outbox.journal).not.toBe(journal)
    outbox.append({ kind: 'locked' })
    const records = parsed(outbox.readFrom(1, 50))
    expect(records.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'journal.renewed'],
      [2, 'granted'],
      [3, 'locked'],
    ])
    expect(records[0]).toMatchObject({ former: { journal, lastSeq: 4, acknowledged: 250 }, prev: firstPrev })
    const { hash, prev: _, ...granted } = old[3]
    expect(records[1]).toMatchObject({ ...granted, journal: outbox.journal, seq: 2, was: { journal, seq: 4, hash } })
    expect(
      records.every((each, index) => isSealed(each) && (index === 0 || each.prev === records[index - 1].hash)),
    ).toBe(true)
    expect(records.map((each) => AgentRecord.parse(each).journal)).toEqual(Array(3).fill(outbox.journal))
    outbox.close()
    const db = new DatabaseSync(path())
    expect(db.prepare('SELECT seq FROM former WHERE journal = ?').all(journal)).toHaveLength(4)
    db.close()
    const again = open()
    expect(again).toMatchObject({ journal: outbox.journal, lastSeq: 3 })
    again.close()
  })

  it('is as it was when it could not be renewed', () => {
    const outbox = open()
    outbox.append({ kind: 'opened' })
    const { journal } = outbox
    const other = new DatabaseSync(path())
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
    expect(() => outbox.renew(9)).toThrow('disk is full')
    other.exec('DROP TRIGGER full')
    other.close()
    expect(outbox).toMatchObject({ journal, lastSeq: 1 })
    expect(outbox.append({ kind: 'closed' })).toBe(2)
    expect(parsed(outbox.readFrom(1, 9)).map(({ kind }) => kind)).toEqual(['opened', 'closed'])
    outbox.close()
  })

  it('counts connections within a boot, over restarts of the agent', () => {
    const first = open()
    expect([first.nextConnection(), first.nextConnection()]).toEqual([1, 2])
    first.close()
    const second = open()
    expect(second.nextConnection()).toBe(3)
    second.close()
    const third = open({ boot: 'b-2' })
    expect(third.nextConnection()).toBe(1)
    third.close()
  })
})
