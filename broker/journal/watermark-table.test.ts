import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { GAPS_AHEAD_MAX } from './declared-gaps.ts'
import type { Entry } from './entry.ts'
import { createLedger } from './ledger.ts'
import { openJournalForWriting } from './schema.ts'
import { JOURNALS_KEPT, STEPS_PER_COMMIT } from './watermark-table.ts'

const journalId = (number: number) => number.toString(16).padStart(32, '0')
const journal = journalId(1)

function open() {
  const db = openJournalForWriting(join(temporaryDirectory(), 'journal.db'))
  onTestFinished(() => db.close())
  const numbers = (sql: string) => db.prepare(sql).all() as unknown as Record<string, number>[]
  return {
    db,
    reopen: () => createLedger(db, 'boot-1'),
    ledger: createLedger(db, 'boot-1'),
    rows: () => numbers('SELECT COUNT(*) AS n FROM rows')[0]?.['n'],
    gaps: () => numbers('SELECT * FROM declared_gaps ORDER BY journal, from_seq'),
    marks: () => numbers('SELECT * FROM watermarks'),
  }
}

interface Said {
  readonly journal?: string
  readonly seq: number
  /** Makes it a gap. */
  readonly from?: number
  readonly subject?: string
}

function record({ journal: stream = journal, seq, from, subject = 'a' }: Said): Entry {
  const hash = from === undefined ? `hash-${seq}` : `gap-${from}-${seq}`
  return {
    ...{ channel: 'doorEvents', subject, sender: `door:${subject}`, receivedMs: 1_000, monoMs: 1, payload: '{}' },
    key: { stream, seq },
    record: from === undefined ? { hash } : { hash, gapFrom: from },
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** What is there of each journal, number by number. */
function model() {
  const there = new Map<string, Set<number>>()
  return {
    add(id: string, from: number, to: number) {
      there.set(id, new Set([...(there.get(id) ?? []), ...range(from, to)]))
    },
    contiguous(id: string) {
      let seq = 0
      while (there.get(id)?.has(seq + 1)) seq += 1
      return seq
    },
  }
}

/** No two of a journal overlap or touch, and none touches its watermark. */
function expectApart(gaps: readonly Record<string, number>[], contiguous: (id: string) => number): void {
  let before = { id: '', to: 0 }
  for (const { journal: stored, from_seq: from = 0, to_seq: to = 0 } of gaps) {
    const id = String(stored)
    expect(from - 1).toBeGreaterThan(before.id === id ? before.to : contiguous(id))
    before = { id, to }
  }
}

it('is the highest contiguous number, whatever rows and gaps come in whatever order, again, and over restarts', () => {
  const said = fc
    .record({
      journal: fc.constantFrom(...[1, 2, 3].map(journalId)),
      seq: fc.integer({ min: 1, max: 24 }),
      back: fc.nat(8),
    })
    .chain(({ back, ...row }) =>
      fc.constantFrom<Said & { journal: string }>(row, { ...row, from: Math.max(1, row.seq - back) }),
    )
  const batch = fc.array(said, { minLength: 1, maxLength: 4 })
  const commits = fc.array(fc.record({ batch, restart: fc.boolean() }), { maxLength: 20 })
  fc.assert(
    fc.property(commits, (history) => {
      const { ledger: first, reopen, gaps, marks } = open()
      const { add, contiguous } = model()
      let ledger = first
      for (const { batch, restart } of history) {
        if (restart) ledger = reopen()
        for (const { journal: id, seq, from } of batch) add(id, from ?? seq, seq)
        const last = batch.at(-1)?.journal ?? ''
        const expected = { channel: 'doorEvents', subject: 'a', journal: last, seq: contiguous(last) }
        expect(ledger.commit(batch.map(record))).toEqual([expected])
        expect(ledger.watermarks()).toEqual([expected])
      }
      for (const { journal: id, seq } of marks()) expect(seq).toBe(contiguous(String(id)))
      expectApart(gaps(), contiguous)
    }),
    { seed: 5, numRuns: 60 },
  )
})

it('holds few gaps ahead of a watermark, however many are declared, and none behind it', () => {
  const { ledger, gaps } = open()
  const touching = range(1, 2_000).map((number) => record({ seq: 2 * number + 1, from: 2 * number }))
  ledger.commit(touching)
  expect(gaps()).toMatchObject([{ from_seq: 2, to_seq: 4_001 }])
  expect(ledger.commit([record({ seq: 1 })])).toMatchObject([{ seq: 4_001 }])
  expect(gaps()).toEqual([])
  const apart = range(2_000, 4_000).map((number) => record({ seq: 3 * number, from: 3 * number - 1 }))
  ledger.commit(apart.toReversed())
  expect(gaps().map(({ to_seq }) => to_seq)).toEqual(range(2_000, 1_999 + GAPS_AHEAD_MAX).map((number) => 3 * number))
})

it('reaches the end all the same, since a sender resumes behind its watermark', () => {
  const { ledger, gaps } = open()
  const said = range(1, 2 * GAPS_AHEAD_MAX).flatMap((number) => [
    record({ seq: 3 * number - 2 }),
    record({ seq: 3 * number, from: 3 * number - 1 }),
  ])
  ledger.commit(said.filter(({ record: { gapFrom } = {} }) => gapFrom !== undefined).toReversed())
  expect(gaps()).toHaveLength(GAPS_AHEAD_MAX)
  expect(ledger.commit(said)).toMatchObject([{ seq: 6 * GAPS_AHEAD_MAX }])
  expect(gaps()).toEqual([])
})

it('takes so many steps in a commit, goes on with the next record, and lets no other sender wait', () => {
  const { ledger } = open()
  const last = STEPS_PER_COMMIT + 50
  ledger.commit(range(2, last).map((seq) => record({ seq })))
  const other = range(1, 3).map((seq) => record({ seq, subject: 'b' }))
  expect(ledger.commit([record({ seq: 1 }), ...other])).toMatchObject([
    { subject: 'a', seq: 1 + STEPS_PER_COMMIT },
    { subject: 'b', seq: 3 },
  ])
  expect(ledger.commit([record({ seq: last })])).toMatchObject([{ seq: last }])
})

it('takes the gap of a trimmed outbox from the first number or behind the watermark on, however long it is', () => {
  const { ledger, gaps } = open()
  expect(ledger.commit([record({ seq: 5_000_000, from: 1 }), record({ seq: 5_000_001 })])).toMatchObject([
    { seq: 5_000_001 },
  ])
  expect(ledger.commit([record({ seq: Number.MAX_SAFE_INTEGER, from: 5_000_002 })])).toMatchObject([
    { seq: Number.MAX_SAFE_INTEGER },
  ])
  expect(gaps()).toEqual([])
})

it('remembers the newest journals of a sender, and has the rows of one that comes back once', () => {
  const { ledger, rows, gaps, marks } = open()
  ledger.commit(range(1, 5).map((seq) => record({ seq })))
  ledger.commit([record({ seq: 9, from: 8 }), record({ seq: 1, subject: 'b' })])
  const newest = range(2, 3 * JOURNALS_KEPT).map(journalId)
  for (const id of newest) ledger.commit([record({ journal: id, seq: 1 }), record({ journal: id, seq: 7, from: 5 })])
  expect(marks().map(({ journal: id }) => id)).toEqual([...newest.slice(-JOURNALS_KEPT), journal])
  expect(new Set(gaps().map(({ journal: id }) => id))).toEqual(new Set(newest.slice(-JOURNALS_KEPT)))
  const before = rows()
  expect(ledger.commit([record({ seq: 1 })])).toMatchObject([{ journal, seq: 5 }])
  expect(ledger.commit(range(2, 5).map((seq) => record({ seq })))).toMatchObject([{ journal, seq: 5 }])
  expect(rows()).toBe(before)
})

it('takes over a file of an earlier version: gaps as they came, and every journal there was', () => {
  const { db, reopen, gaps, marks } = open()
  const mark = db.prepare("INSERT INTO watermarks VALUES ('doorEvents', 'a', ?, ?, ?)")
  const gap = db.prepare("INSERT INTO declared_gaps VALUES ('doorEvents', 'a', ?, ?, ?)")
  for (const number of range(2, 2 * JOURNALS_KEPT)) mark.run(journalId(number), 1, number)
  mark.run(journal, 10, 1_000)
  for (const [from, to] of [
    [2, 4],
    [5, 10],
    [12, 90],
    [13, 20],
    [14, 15],
    [91, 95],
    [99, 99],
  ] as const)
    gap.run(journal, from, to)
  gap.run(journalId(2), 3, 4)
  for (const number of range(1, 2 * GAPS_AHEAD_MAX)) gap.run(journalId(2 * JOURNALS_KEPT), 4 * number, 4 * number + 1)
  const ledger = reopen()
  expect(marks()).toHaveLength(JOURNALS_KEPT)
  const ofJournal = (id: string) => gaps().filter((each) => String(each['journal']) === id)
  expect(ofJournal(journal)).toMatchObject([
    { from_seq: 12, to_seq: 95 },
    { from_seq: 99, to_seq: 99 },
  ])
  expect(ofJournal(journalId(2))).toEqual([])
  expect(ofJournal(journalId(2 * JOURNALS_KEPT))).toHaveLength(GAPS_AHEAD_MAX)
  expect(ledger.watermarks()).toMatchObject([{ journal, seq: 10 }])
  expect(ledger.commit([record({ seq: 11 })])).toMatchObject([{ seq: 95 }])
})
