import { expect, it } from 'vitest'
import { createRepeatFilter, faultInLine } from './child-output.ts'

it('shows errors of the log with their cause, and nothing below', () => {
  expect(faultInLine('{"level":50,"msg":"commit failed","err":{"message":"disk full"}}')).toBe(
    'commit failed: disk full',
  )
  expect(faultInLine('{"level":30,"msg":"connected"}')).toBeUndefined()
})

it('shows the message of a crash, not its stack', () => {
  expect(faultInLine('TypeError: x is not a function')).toBe('TypeError: x is not a function')
  expect(faultInLine('    at run (file:///app.ts:1:2)')).toBeUndefined()
  expect(faultInLine('')).toBeUndefined()
})

it('keeps a hostile line short', () => {
  expect(faultInLine(`Error: ${'x'.repeat(10_000)}`)?.length).toBe(200)
})

it('says a fault that repeats once in half a minute', () => {
  const isNews = createRepeatFilter()
  expect([0, 1_000, 29_000, 31_000].map((at) => isNews('disk full', at))).toEqual([true, false, false, true])
  expect(isNews('another', 1_000)).toBe(true)
})
