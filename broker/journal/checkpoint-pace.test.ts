import { describe, expect, it } from 'vitest'
import { CHECKPOINT_AFTER_MS, CHECKPOINT_PAGES, isCheckpointDue } from './checkpoint-pace.ts'

describe('isCheckpointDue', () => {
  it('waits until the log is long', () => {
    expect(isCheckpointDue({ pages: CHECKPOINT_PAGES - 1, sinceLastMs: 1_000 })).toBe(false)
    expect(isCheckpointDue({ pages: CHECKPOINT_PAGES, sinceLastMs: 0 })).toBe(true)
  })

  it('takes a quiet log too, but not an empty one', () => {
    expect(isCheckpointDue({ pages: 1, sinceLastMs: CHECKPOINT_AFTER_MS })).toBe(true)
    expect(isCheckpointDue({ pages: 0, sinceLastMs: CHECKPOINT_AFTER_MS })).toBe(false)
  })
})
