import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDebounce } from './debounce.ts'
import type { Level } from './port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function bench(quietMs: number) {
  const levels: Level[] = []
  let wire: Level = 0
  const debounce = createDebounce({ read: () => wire, quietMs, onLevel: (level) => levels.push(level) })
  const move = (level: Level) => {
    wire = level
    debounce.moved()
  }
  return { levels, debounce, move }
}

describe('debounce', () => {
  it('counts a level when it has lasted', () => {
    const { levels, debounce, move } = bench(50)
    move(1)
    vi.advanceTimersByTime(49)
    expect([debounce.level(), levels]).toEqual([0, []])
    vi.advanceTimersByTime(1)
    expect([debounce.level(), levels]).toEqual([1, [1]])
  })

  it('leaves a bounce out, and starts anew with each', () => {
    const { levels, move } = bench(50)
    for (const level of [1, 0, 1, 0, 1, 0] as const) {
      move(level)
      vi.advanceTimersByTime(30)
    }
    vi.advanceTimersByTime(1_000)
    expect(levels).toEqual([])
  })

  it('counts what a line that never rests shows after 400 ms: noise hides no opening', () => {
    const { levels, move } = bench(50)
    for (let passed = 0; passed < 420; passed += 20) {
      move(passed % 40 === 0 ? 1 : 0)
      move(1)
      vi.advanceTimersByTime(20)
    }
    expect(levels).toEqual([1])
  })

  it('counts every change at once without a quiet time', () => {
    const { levels, move, debounce } = bench(0)
    move(1)
    move(1)
    move(0)
    expect(levels).toEqual([1, 0])
    debounce.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
