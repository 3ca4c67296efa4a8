import { describe, expect, it } from 'vitest'
import { judgeIngest } from './pulse.ts'

describe('judgeIngest', () => {
  it('is down until a first pulse came back', () => {
    expect(judgeIngest(undefined, 0, 5_000).state).toBe('down')
  })

  it('is ok up to 2 s, late up to 4 s, then down, and tells the age once it is late', () => {
    expect(judgeIngest(1_000, 3.14, 2_999)).toEqual({ state: 'ok', lagMs: 3.1 })
    expect(judgeIngest(1_000, 3.14, 4_000)).toEqual({ state: 'late', lagMs: 3_000 })
    expect(judgeIngest(1_000, 3.14, 5_001)).toEqual({ state: 'down', lagMs: 4_001 })
  })
})
