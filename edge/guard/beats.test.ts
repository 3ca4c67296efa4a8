import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBeats } from './beats.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('beats', () => {
  it('tells silence after a second without an answer, once', () => {
    const [beat, onSilence] = [vi.fn(), vi.fn()]
    createBeats({ beat, onSilence }).start()
    vi.advanceTimersByTime(999)
    expect(onSilence).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(onSilence).toHaveBeenCalledOnce()
    expect(beat).toHaveBeenCalledTimes(10)
  })

  it('tells it after 0.4 s while the strike is released, and not when it is locked again', () => {
    const onSilence = vi.fn()
    const beats = createBeats({ beat: () => {}, onSilence })
    for (const end of ['locked', 'pulse over'] as const) {
      beats.start()
      beats.released(300)
      vi.advanceTimersByTime(250)
      if (end === 'locked') beats.locked()
      vi.advanceTimersByTime(700)
      expect(onSilence).not.toHaveBeenCalled()
    }
    beats.start()
    beats.released(5_000)
    vi.advanceTimersByTime(399)
    expect(onSilence).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onSilence).toHaveBeenCalledOnce()
  })

  it('counts what is unanswered already when the strike is released', () => {
    const onSilence = vi.fn()
    const beats = createBeats({ beat: () => {}, onSilence })
    beats.start()
    vi.advanceTimersByTime(750)
    beats.released(5_000)
    vi.advanceTimersByTime(50)
    expect(onSilence).toHaveBeenCalledOnce()
  })

  it('takes an answer for all beats before it, and none for those to come', () => {
    const onSilence = vi.fn()
    const answers: number[] = []
    const beats = createBeats({ beat: (number) => answers.push(number), onSilence })
    beats.start()
    for (let second = 0; second < 10; second++) {
      vi.advanceTimersByTime(500)
      beats.answered(answers.at(-1) ?? 0)
    }
    expect(onSilence).not.toHaveBeenCalled()
    beats.answered(1_000_000)
    vi.advanceTimersByTime(1_100)
    expect(onSilence).toHaveBeenCalledOnce()
    beats.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
