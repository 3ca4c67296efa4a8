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
