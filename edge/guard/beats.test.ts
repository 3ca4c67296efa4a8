import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBeats } from './beats.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('beats', () => {
  it('tells silence after 0.6 s without an answer, once', () => {
    const [beat, onSilence] = [vi.fn(), vi.fn()]
    createBeats({ beat, onSilence }).start()
    vi.advanceTimersByTime(599)
    expect(onSilence).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(onSilence).toHaveBeenCalledOnce()
    expect(beat).toHaveBeenCalledTimes(6)
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
