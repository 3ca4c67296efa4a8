/** Counts what a test run did, for its last line. Pure: reads the report of vitest's json reporter. */
import { z } from 'zod'

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The members of the report that are used (vitest's `json` reporter, the shape of Jest's). */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
})

/**
 * @param report parsed JSON of vitest's report; undefined when vitest wrote none
 * @param exitCode of vitest: a failure no test can be blamed for (an unhandled error, a crash) counts as one
 */
export function tallyVitest(report: unknown, exitCode: number): Tally {
  const parsed = Report.safeParse(report)
  if (!parsed.success) return { passed: 0, failed: 1, skipped: 0 }
  const tally = parsed.data.testResults.map(tallyFile).reduce(addTallies, nothing)
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

function tallyFile({ status, assertionResults }: z.infer<typeof Report>['testResults'][number]): Tally {
  const count = (...wanted: string[]) => assertionResults.filter((test) => wanted.includes(test.status)).length
  const failed = count('failed')
  return {
    passed: count('passed'),
    // A file that could not be loaded, or whose hook failed, has failed without a failed test of its own.
    failed: status === 'failed' && failed === 0 ? 1 : failed,
    skipped: count('pending', 'skipped', 'todo', 'disabled'),
  }
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 }

export function addTallies(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** In continuous integration nothing may be left out: a skip is a failure. */
export function strict(tally: Tally, ci: boolean): Tally {
  return ci ? { passed: tally.passed, failed: tally.failed + tally.skipped, skipped: 0 } : tally
}

/** `412 passed, 0 failed`, and `, 3 skipped` when there are any. */
export function describeTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
