import { describe, expect, it } from 'vitest'
import { describeTally, strict, tallyVitest } from './tally.ts'

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((test) => ({ status: test })),
})

describe('tallyVitest', () => {
  it('adds the files up', () => {
    const report = { testResults: [file('passed', 'passed', 'passed'), file('failed', 'failed', 'passed', 'pending')] }
    expect(tallyVitest(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 1 })
  })

  it('counts a file that could not be loaded as failed', () => {
    expect(tallyVitest({ testResults: [file('failed')] }, 1)).toMatchObject({ failed: 1 })
  })

  it('never reports success when vitest ended with a failure', () => {
    expect(tallyVitest({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 })
  })

  it('counts a run without a report as failed', () => {
    expect(tallyVitest(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})

describe('last line', () => {
  it('names skips only when there are any', () => {
    expect(describeTally({ passed: 412, failed: 0, skipped: 0 })).toBe('412 passed, 0 failed')
    expect(describeTally({ passed: 410, failed: 0, skipped: 2 })).toBe('410 passed, 0 failed, 2 skipped')
  })

  it('turns skips into failures in continuous integration', () => {
    expect(strict({ passed: 1, failed: 1, skipped: 2 }, true)).toEqual({ passed: 1, failed: 3, skipped: 0 })
    expect(strict({ passed: 1, failed: 1, skipped: 2 }, false)).toEqual({ passed: 1, failed: 1, skipped: 2 })
  })
})
