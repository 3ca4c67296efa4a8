import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Acknowledged } from '#contract/record.ts'
import { silentLog } from '#runtime/log.ts'
import { batchOf } from './batch.ts'
import type { Outbox } from './outbox.ts'
import { createSender } from './sender.ts'

const journal = 'a'.repeat(32)

/** The outbox without its disk; everything that was there at the start was sent once. */
function memoryOutbox(): Outbox {
  let last = 0
  let acknowledged = 0
  let id = journal
  let sent: number | undefined
  return {
    get journal() {
      return id
    },
    get sentSeq() {
      return sent ?? last
    },
    markSent: () => {
      sent = last
    },
    renew: () => {
      id = 'b'.repeat(32)
      acknowledged = 0
      sent = 0
      last = 1
    },
    get lastSeq() {
      return last
    },
    get acknowledgedSeq() {
      return acknowledged
    },
    append: () => {
      last += 1
      return last
    },
    readFrom: (seq, limit) =>
      Array.from({ length: Math.max(0, Math.min(limit, last - seq + 1)) }, (_, index) => ({
        seq: seq + index,
        text: JSON.stringify({ seq: seq + index }),
      })),
    acknowledge: (word: Acknowledged) => {
      acknowledged = word.journal === id ? Math.min(word.seq, last) : 0
    },
    nextConnection: () => 1,
    close: () => {},
  }
}

function bench(records: number) {
  const outbox = memoryOutbox()
  for (let count = 0; count < records; count += 1) outbox.append({ kind: 'opened' })
  const sent: number[][] = []
  const publish = (payload: string) =>
    void sent.push(JSON.parse(payload).records.map(({ seq }: { seq: number }) => seq))
  const onSetBack = vi.fn()
  const sender = createSender({ outbox, maxBytes: 65_536, publish, onSetBack, log: silentLog })
  return { outbox, sender, sent, onSetBack, word: (seq: number) => sender.acknowledged({ journal, seq }) }
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('sender', () => {
  it('starts after the first word of the journal and stays a window ahead of it', () => {
    const { sender, sent, word } = bench(500)
    sender.start()
    expect(sent).toEqual([])
    word(10)
    expect(sent.flat()).toEqual(range(11, 210))
    expect(sent.every((batch) => batch.length <= 50)).toBe(true)
    word(210)
    expect(sent.flat()).toEqual(range(11, 410))
  })

  it('starts by itself where nobody says a first word', () => {
    const { sender, sent } = bench(3)
    sender.start()
    vi.advanceTimersByTime(2_000)
    expect(sent).toEqual([[1, 2, 3]])
  })

  it('sends nothing twice when the first word came before the start', () => {
    const { sender, sent, word } = bench(3)
    word(0)
    sender.start()
    vi.advanceTimersByTime(4_000)
    expect(sent).toEqual([[1, 2, 3]])
  })

  it('sends again what stays unacknowledged, ever more slowly', () => {
    const { sender, sent, word } = bench(2)
    word(0)
    vi.advanceTimersByTime(5_000)
    expect(sent).toHaveLength(2)
    vi.advanceTimersByTime(9_999)
    expect(sent).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(sent).toHaveLength(3)
    word(2)
    vi.advanceTimersByTime(600_000)
    expect(sent).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    sender.stop()
  })

  it('goes on as a new journal when the old one has more than was ever sent, and tells so', () => {
    const { outbox, sender, sent, onSetBack, word } = bench(5)
    word(3)
    outbox.append({ kind: 'opened' })
    sender.stop()
    word(6) // not sent yet, and there already
    expect(onSetBack).toHaveBeenCalledOnce()
    expect(outbox.journal).toBe('b'.repeat(32))
    expect(sent).toEqual([[4, 5], [1]])
    word(6)
    expect(onSetBack).toHaveBeenCalledOnce()
  })

  it('tells on a disk that is full, where it cannot remember what was sent', () => {
    const { outbox, sent, word } = bench(2)
    vi.spyOn(outbox, 'markSent').mockImplementation(() => {
      throw new Error('database or disk is full')
    })
    word(0)
    expect(sent).toEqual([[1, 2]])
  })

  it('goes back when the journal does', () => {
    const { sent, word } = bench(5)
    word(3)
    word(5)
    word(1)
    expect(sent).toEqual([
      [4, 5],
      [2, 3, 4, 5],
    ])
  })

  it('is silent while stopped, and resumes behind the acknowledgement', () => {
    const { outbox, sender, sent, word } = bench(2)
    word(0)
    sender.stop()
    outbox.append({ kind: 'opened' })
    sender.wake()
    vi.advanceTimersByTime(600_000)
    expect(sent).toEqual([[1, 2]])
    sender.start()
    word(1)
    expect(sent.at(-1)).toEqual([2, 3])
  })

  it('brings every record to a journal that loses messages, connections and itself', () => {
    const mishap = fc.constantFrom('append', 'lose', 'disconnect', 'restore', 'wait')
    fc.assert(
      fc.property(fc.array(mishap, { maxLength: 60 }), (mishaps) => {
        const world = lossyWorld()
        for (const each of mishaps) world[each]()
        world.heal()
        expect(world.stored()).toBe(world.outbox.lastSeq)
        expect(world.outbox.acknowledgedSeq).toBe(world.outbox.lastSeq)
      }),
      { seed: 20_261_124, numRuns: 300 },
    )
  })
})

/** A sender, and a journal that takes records in order only, answers after 1 ms, and suffers mishaps. */
function lossyWorld() {
  const outbox = memoryOutbox()
  let stored = 0
  let losing = false
  const sender = createSender({
    outbox,
    maxBytes: 65_536,
    log: silentLog,
    onSetBack: () => expect.unreachable('nothing was set back'),
    publish: (payload) => {
      if (losing) return
      for (const { seq } of JSON.parse(payload).records) if (seq === stored + 1) stored = seq
      setTimeout(() => sender.acknowledged({ journal, seq: stored }), 1)
    },
  })
  sender.start()
  return {
    outbox,
    stored: () => stored,
    append: () => {
      outbox.append({ kind: 'opened' })
      sender.wake()
    },
    lose: () => {
      losing = !losing
    },
    disconnect: () => {
      sender.stop()
      sender.start()
    },
    restore: () => {
      stored = Math.floor(stored / 2)
      sender.acknowledged({ journal, seq: stored })
    },
    wait: () => void vi.advanceTimersByTime(7_000),
    heal: () => {
      losing = false
      vi.advanceTimersByTime(200_000)
      sender.stop()
      vi.clearAllTimers()
    },
  }
}

describe('batch', () => {
  it('holds at most 50 records and at most the channel’s bytes, but always one', () => {
    const records = range(1, 60).map((seq) => ({ seq, text: `{"seq":${seq},"x":"${'é'.repeat(10)}"}` }))
    expect(batchOf(records, 65_536).count).toBe(50)
    const { payload, count } = batchOf(records, 200)
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(200)
    expect(JSON.parse(payload).records).toHaveLength(count)
    expect(batchOf(records, 10).count).toBe(1)
    expect(batchOf([], 10).count).toBe(0)
  })
})
