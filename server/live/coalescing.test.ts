import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterFrame, frameDelayMs, idlePace, type Pace } from './coalescing.ts'

/** Times of the frames that carry changes arriving at these times, as the feed sends them. */
function framesOf(arrivalsMs: readonly number[], clients: number): { atMs: number; waitedMs: number }[] {
  const frames: { atMs: number; waitedMs: number }[] = []
  let pace: Pace = idlePace
  let due: { atMs: number; sinceMs: number; changes: number } | undefined
  const send = () => {
    if (!due) return
    pace = afterFrame(pace, { clients, changes: due.changes }, due.atMs)
    frames.push({ atMs: due.atMs, waitedMs: due.atMs - due.sinceMs })
    due = undefined
  }
  for (const atMs of arrivalsMs) {
    if (due && due.atMs <= atMs) send()
    if (due) due.changes += 1
    else due = { atMs: atMs + frameDelayMs(pace, atMs), sinceMs: atMs, changes: 1 }
  }
  send()
  return frames
}

const every = (stepMs: number, count: number) => Array.from({ length: count }, (_, index) => index * stepMs)

describe('coalescing', () => {
  test('a hundred changes a second for a few screens go at once, each in its own frame', () => {
    for (const clients of [0, 1, 10]) {
      const frames = framesOf(every(10, 1_000), clients)
      expect(frames).toHaveLength(1_000)
      expect(Math.max(...frames.map(({ waitedMs }) => waitedMs))).toBe(0)
    }
  })

  test('a thousand changes a second go 16 ms apart, once the first burst is over', () => {
    const frames = framesOf(every(1, 5_000), 1).slice(20)
    const gaps = frames.slice(1).map(({ atMs }, index) => atMs - (frames[index]?.atMs ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(16)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(17)
  })

  test('many screens make a frame dear: five hundred do not get a hundred frames a second', () => {
    expect(framesOf(every(10, 1_000), 500).length).toBeLessThan(630)
  })

  test('the dearer the frame, the longer it gathers, 100 ms at most', () => {
    const waitAfter = (clients: number, changes: number) =>
      frameDelayMs(afterFrame({ ...idlePace, takenUntilMs: 200 }, { clients, changes }, 0), 0)
    expect(waitAfter(1, 1)).toBe(16)
    expect(waitAfter(500, 20)).toBe(25)
    expect(waitAfter(2_000, 400)).toBe(100)
  })

  test('no change waits longer than 100 ms, and after 100 ms of quiet the next goes at once', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 2_000 }), (gaps, clients) => {
        let nowMs = 0
        const arrivals = gaps.map((gap) => {
          nowMs += gap
          return nowMs
        })
        const waits = framesOf([...arrivals, nowMs + 200], clients).map(({ waitedMs }) => waitedMs)
        expect(Math.max(...waits)).toBeLessThanOrEqual(100)
        expect(waits.at(-1)).toBe(0)
      }),
      { numRuns: 300, seed: 20_261_124 },
    )
  })
})
