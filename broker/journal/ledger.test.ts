import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import type { Entry } from './entry.ts'
import { createLedger } from './ledger.ts'
import { createRetention } from './retention.ts'
import { openJournalForWriting } from './schema.ts'

const journal = 'a'.repeat(32)

function open() {
  const db = openJournalForWriting(join(temporaryDirectory(), 'journal.db'))
  onTestFinished(() => db.close())
  const count = () => Number(db.prepare('SELECT COUNT(*) AS n FROM rows').get()?.['n'])
  return { db, ledger: createLedger(db, 'boot-1'), count }
}

function entry(members: Partial<Entry> = {}): Entry {
  return {
    channel: 'heartbeat',
    subject: 'simrs',
    sender: 'app:simrs',
    receivedMs: 1_000,
    monoMs: 1,
    payload: '{}',
    ...members,
  }
}

function record(seq: number, hash = `hash-${seq}`, gapFrom?: number): Entry {
  return entry({
    channel: 'doorEvents',
    subject: 'a',
    key: { stream: journal, seq },
    record: gapFrom === undefined ? { hash } : { hash, gapFrom },
  })
}

describe('ledger', () => {
  it('commits all entries of a batch or none', () => {
    const { ledger, count } = open()
    const broken = { ...entry(), payload: undefined } as unknown as Entry
    expect(() => ledger.commit([entry(), broken])).toThrow()
    expect(count()).toBe(0)
    ledger.commit([entry(), entry()])
    expect(count()).toBe(2)
  })

  it('holds each record once and reports the contiguous watermark, in whatever order and batches they come', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 })
    fc.assert(
      fc.property(order, fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 }), (seqs, repeats) => {
        const { ledger, count } = open()
        const seen = new Set<number>()
        for (const seq of [...seqs, ...repeats]) {
          seen.add(seq)
          const [mark] = ledger.commit([record(seq)])
          let contiguous = 0
          while (seen.has(contiguous + 1)) contiguous += 1
          expect(mark?.seq).toBe(contiguous)
        }
        expect(count()).toBe(8)
      }),
      { seed: 3, numRuns: 30 },
    )
  })

  it('stores a record once that a renewed journal carries on, and others beside it', () => {
    const { ledger, count } = open()
    const renewed = 'b'.repeat(32)
    const carried = (seq: number, was: { seq: number; hash: string }) => ({
      ...record(seq),
      key: { stream: renewed, seq },
      record: { hash: `renewed-${seq}`, was: { stream: journal, ...was } },
    })
    ledger.commit([record(1), record(2)])
    const batch = [
      { ...record(1), key: { stream: renewed, seq: 1 }, record: { hash: 'renewed-1' } },
      carried(2, { seq: 2, hash: 'hash-2' }),
      carried(3, { seq: 1, hash: 'other' }),
      carried(4, { seq: 3, hash: 'hash-3' }),
    ]
    for (const again of [batch, batch]) {
      expect(ledger.commit(again)).toMatchObject([{ journal: renewed, seq: 4 }])
      expect(count()).toBe(5)
    }
  })

  it('closes a hole by a declared gap, and keeps a fork beside the first, once', () => {
    const { ledger, count } = open()
    expect(ledger.commit([record(1), record(5, 'gap', 2)])).toMatchObject([{ seq: 5 }])
    ledger.commit([record(1, 'other'), record(1, 'other')])
    expect(count()).toBe(3)
    expect(ledger.watermarks()).toEqual([{ channel: 'doorEvents', subject: 'a', journal, seq: 5 }])
  })
})

describe('retention', () => {
  it('deletes old rows and older marks, and nothing that is still to be read', () => {
    const { db, ledger, count } = open()
    const retention = createRetention(db)
    ledger.commit([
      entry({ receivedMs: 10 }),
      entry({ channel: 'pulse', receivedMs: 60 }),
      entry({ receivedMs: 60 }),
      entry({ channel: 'alive', receivedMs: 70 }),
      entry({ receivedMs: 200 }),
    ])
    const pruneAll = (consumed: number) => {
      while (retention.prune({ beforeMs: 50, marksBeforeMs: 100, consumed, nowMs: 200 }));
    }
    pruneAll(0)
    expect(count()).toBe(5)
    pruneAll(2)
    expect(count()).toBe(3)
    pruneAll(5)
    expect(db.prepare('SELECT id FROM rows').all()).toEqual([{ id: 3 }, { id: 5 }])
  })

  it('keeps the newest row, so that no row id is used twice', () => {
    const { db, ledger } = open()
    ledger.commit([entry({ receivedMs: 10 }), entry({ channel: 'alive', receivedMs: 20 })])
    const retention = createRetention(db)
    while (retention.prune({ beforeMs: 50, marksBeforeMs: 50, consumed: 2, nowMs: 60 }));
    expect(db.prepare('SELECT id FROM rows').all()).toEqual([{ id: 2 }])
    ledger.commit([entry({ receivedMs: 60 })])
    expect(db.prepare('SELECT MAX(id) AS id FROM rows').get()).toEqual({ id: 3 })
  })

  it('goes on behind rows received while the clock was ahead, of which it needs none', () => {
    const { db, ledger } = open()
    const retention = createRetention(db)
    const ahead = (count: number) => Array.from({ length: count }, () => entry({ receivedMs: 9_000_000 }))
    const kept = () => db.prepare('SELECT MIN(id) AS first, COUNT(*) AS n FROM rows').get()
    const pruneAll = (nowMs: number) => {
      const limits = { beforeMs: nowMs - 100, marksBeforeMs: nowMs - 10, consumed: 20_000, nowMs }
      for (let slices = 0; retention.prune(limits); slices++) expect(slices).toBeLessThan(20)
    }
    ledger.commit(ahead(12_000))
    pruneAll(1_000)
    expect(kept()).toEqual({ first: 1, n: 12_000 })
    ledger.commit([
      entry({ receivedMs: 1_000 }),
      entry({ channel: 'pulse', receivedMs: 1_001 }),
      ...ahead(1),
      entry({ receivedMs: 1_050 }),
      entry({ receivedMs: 1_100 }),
    ])
    // They are as old as what follows: not old enough yet.
    pruneAll(1_095)
    expect(kept()).toEqual({ first: 1, n: 12_004 })
    pruneAll(1_110)
    expect(kept()).toEqual({ first: 12_003, n: 3 })
    pruneAll(1_160)
    expect(kept()).toEqual({ first: 12_005, n: 1 })
  })

  it('deletes marks behind a row from the future too', () => {
    const { db, ledger } = open()
    const retention = createRetention(db)
    const pulses = Array.from({ length: 12_000 }, () => entry({ channel: 'pulse', receivedMs: 20 }))
    pulses[4_999] = entry({ receivedMs: 9_000_000 })
    ledger.commit([entry({ receivedMs: 60 }), ...pulses.slice(1), entry({ receivedMs: 100 })])
    while (retention.prune({ beforeMs: 10, marksBeforeMs: 50, consumed: 12_001, nowMs: 100 }));
    expect(db.prepare('SELECT id FROM rows').all()).toEqual([{ id: 1 }, { id: 5_000 }, { id: 12_001 }])
  })
})
