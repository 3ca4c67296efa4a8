import { expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'

it('grows from 1 to at most 30 seconds, spread over the whole range', () => {
  expect(backoffMs(0, 0.99)).toBe(1_000)
  expect(backoffMs(1, 0.5)).toBe(1_500)
  expect(backoffMs(4, 0)).toBe(1_000)
  expect(backoffMs(1_000, 0.999_999)).toBeLessThanOrEqual(30_000)
  expect(backoffMs(1_000, 0.999_999)).toBeGreaterThan(29_000)
})
