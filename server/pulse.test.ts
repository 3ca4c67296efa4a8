import { describe, expect, it } from 'vitest'
import { judgeIngest } from './pulse.ts'

describe('judgeIngest', () => {
  const facts = { startedMono: 0, newestReturnedMono: 1_000, roundTripMs: 3.14 }

  it('is down until a first pulse came back, since the start', () => {
    const never = { ...facts, newestReturnedMono: undefined }
    expect(judgeIngest({ ...never, nowMono: 5_000 })).toEqual({ state: 'down', lagMs: 5_000 })
    expect(judgeIngest({ ...never, nowMono: 1 })).toEqual({ state: 'down', lagMs: 1 })
  })

  it('is ok up to 2 s, late up to 4 s, then down, and tells the age once it is late', () => {
    expect(judgeIngest({ ...facts, nowMono: 2_999 })).toEqual({ state: 'ok', lagMs: 3.1 })
    expect(judgeIngest({ ...facts, nowMono: 4_000 })).toEqual({ state: 'late', lagMs: 3_000 })
    expect(judgeIngest({ ...facts, nowMono: 5_001 })).toEqual({ state: 'down', lagMs: 4_001 })
  })
})
