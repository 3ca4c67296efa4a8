import { describe, expect, it } from 'vitest'
import { EPOCH_MS_MAX } from '#contract/identifiers.ts'
import { AgentRecord } from '#contract/record.ts'
import { eventViews, forcedViews, newHistory, takeRecord } from './door-history.ts'

const base = { journal: '0'.repeat(32), prev: '0'.repeat(64), hash: '1'.repeat(64) }
const record = (seq: number, body: Partial<AgentRecord> & { kind: string }): AgentRecord => ({
  ...{ ...base, seq, boot: 'b-1', at: 1_000, monoMs: seq * 1_000, clock: 'unset' },
  ...body,
})
const fold = (...records: AgentRecord[]) =>
  records.reduce((history, each) => takeRecord(history, { rowId: each.seq, fork: false, record: each }), newHistory())
const fix = (seq: number, offsetMs: number, boot = 'b-1') =>
  record(seq, { kind: 'clock.fix', clock: 'synced', at: 5_000_000, boot, offsetMs })
const seen = (...records: AgentRecord[]) =>
  eventViews(fold(...records)).map(({ kind, at, clock }) => [kind, Date.parse(at), clock])

describe('history of a door', () => {
  it('shows the newest eight, newest first', () => {
    const history = fold(...Array.from({ length: 12 }, (_, index) => record(index + 1, { kind: 'opened' })))
    expect(eventViews(history).map(({ id }) => id)).toEqual([12, 11, 10, 9, 8, 7, 6, 5])
  })

  it('corrects the times of the boot whose clock was not set, whichever comes first', () => {
    expect(seen(record(1, { kind: 'opened' }), fix(2, 4_000_000), record(3, { kind: 'closed' }))).toEqual([
      ['closed', 4_003_000, 'fixed'],
      ['clock.fix', 5_000_000, 'synced'],
      ['opened', 4_001_000, 'fixed'],
    ])
  })

  it('leaves the times of other boots, and of clocks that were set, as they are', () => {
    const set = record(2, { kind: 'closed', clock: 'synced', at: 2_000 })
    expect(seen(record(1, { kind: 'opened', boot: 'b-0' }), set, fix(3, 4_000_000))).toEqual([
      ['clock.fix', 5_000_000, 'synced'],
      ['closed', 2_000, 'synced'],
      ['opened', 1_000, 'unset'],
    ])
  })

  it('keeps forced openings for longer than events, with what an officer says of them', () => {
    const classify = (seq: number, of: { journal: string; seq: number }, as: string) =>
      record(seq, { kind: 'command', command: 'classify', actor: 'a', reason: 'kunci cadangan', of, as })
    const forced = record(1, { kind: 'forced' })
    const later = Array.from({ length: 9 }, (_, index) => record(index + 2, { kind: 'opened' }))
    const key = { journal: base.journal, seq: 1 }
    const seenAs = (...more: AgentRecord[]) => forcedViews(fold(forced, ...later, ...more))[0]?.classifiedAs
    expect(seenAs()).toBe(null)
    expect(seenAs(classify(20, key, 'mechanical-key'))).toBe('mechanical-key')
    expect(seenAs(classify(20, key, 'mechanical-key'), classify(21, key, 'break-in'))).toBe('break-in')
    for (const wrong of [
      classify(20, { ...key, seq: 2 }, 'break-in'),
      classify(20, { ...key, journal: '1'.repeat(32) }, 'break-in'),
      classify(20, key, 'nothing'),
      { ...classify(20, key, 'break-in'), command: 'unlock' },
    ]) {
      expect(seenAs(wrong)).toBe(null)
    }
    const shown = eventViews(fold(forced, classify(2, key, 'faulty-contact')))
    expect(shown.map(({ kind, classifiedAs }) => [kind, classifiedAs])).toEqual([
      ['command', null],
      ['forced', 'faulty-contact'],
    ])
  })

  it('is not led out of the calendar', () => {
    const forced = record(1, { kind: 'forced' })
    for (const offsetMs of [9e15, -9e15, EPOCH_MS_MAX, -EPOCH_MS_MAX]) {
      expect(seen(forced, fix(2, offsetMs)).at(-1)).toEqual(['forced', 1_000, 'unset'])
    }
    expect(seen(forced, fix(2, EPOCH_MS_MAX - 1_000)).at(-1)).toEqual(['forced', EPOCH_MS_MAX, 'fixed'])
    expect(seen({ ...forced, monoMs: 1e300 }, fix(2, 0)).at(-1)).toEqual(['forced', 1_000, 'unset'])
    expect(AgentRecord.safeParse({ ...forced, monoMs: 1e300 }).success).toBe(false)
    expect(AgentRecord.safeParse({ ...forced, monoMs: EPOCH_MS_MAX }).success).toBe(true)
    expect(AgentRecord.safeParse(fix(2, 9e15)).success).toBe(true)
  })

  it('shows what a checkpoint of before holds beyond the calendar', () => {
    const forced = fold(record(1, { kind: 'forced' })).forced
    const beyond = [1e300, -1e300, null as unknown as number].flatMap((atMs) =>
      forced.map((opening) => ({ ...opening, atMs })),
    )
    const shown = forcedViews({ ...newHistory(), forced: beyond })
    expect(shown.map(({ at }) => Date.parse(at))).toEqual([EPOCH_MS_MAX, 0, 0])
  })

  it('is not led by a fix that says nothing', () => {
    const empty = record(2, { kind: 'clock.fix', offsetMs: 'soon' })
    expect(seen(record(1, { kind: 'opened' }), empty).at(-1)).toEqual(['opened', 1_000, 'unset'])
  })
})
