import { describe, expect, test } from 'vitest'
import { choiceOf, fromLocalInput, isPeriod, periodOf, searchOf, stepOf, toLocalInput, zoomTo } from './choice.ts'

const nowMs = Date.parse('2026-11-24T05:00:00Z')
const HOUR_MS = 3_600_000

describe('the address', () => {
  test.each([
    '?app=sipd&range=1h',
    '?app=sipd&range=own&from=2026-11-23T00%3A00%3A00.000Z&to=2026-11-24T00%3A00%3A00.000Z',
  ])('%s survives reading and writing', (search) => expect(searchOf(choiceOf(search))).toBe(search))

  test.each([
    '',
    '?range=later',
    '?range=own',
    '?range=own&from=x&to=y',
    '?range=own&from=2026-11-24T00:00Z&to=2026-11-23T00:00Z',
  ])('nonsense (%s) gives the last 24 hours', (search) =>
    expect(choiceOf(search)).toEqual({ app: null, range: '24h', own: null }),
  )
})

test('a named range ends now', () => {
  expect(periodOf({ app: null, range: '6h', own: null }, nowMs)).toEqual({ fromMs: nowMs - 6 * HOUR_MS, toMs: nowMs })
})

test('a period runs forward and at most 400 days', () => {
  expect(isPeriod({ fromMs: 2, toMs: 1 })).toBe(false)
  expect(isPeriod({ fromMs: 0, toMs: 401 * 24 * HOUR_MS })).toBe(false)
  expect(isPeriod({ fromMs: Number.NaN, toMs: 1 })).toBe(false)
  expect(isPeriod({ fromMs: 0, toMs: HOUR_MS })).toBe(true)
})

test('a zoom falls on minutes and ends at five of them', () => {
  expect(zoomTo({ fromMs: nowMs + 1500, toMs: nowMs + 3000 })).toEqual({ fromMs: nowMs, toMs: nowMs + 300_000 })
})

describe('stepOf', () => {
  const step = (spanMs: number, agoMs = 0) =>
    stepOf({ fromMs: nowMs - agoMs - spanMs, toMs: nowMs - agoMs }, nowMs).name
  test.each([
    [HOUR_MS, '1m'],
    [6 * HOUR_MS, '1m'],
    [24 * HOUR_MS, '5m'],
    [3 * 24 * HOUR_MS, '15m'],
    [7 * 24 * HOUR_MS, '1h'],
    [400 * 24 * HOUR_MS, '1d'],
  ])('%i ms are answered by %s', (spanMs, name) => expect(step(spanMs)).toBe(name))

  test('what is older than the minutes are kept comes in hours', () => {
    expect(step(HOUR_MS, 100 * 24 * HOUR_MS)).toBe('1h')
  })
})

test('the input speaks WIB in both directions', () => {
  expect(toLocalInput(nowMs)).toBe('2026-11-24T12:00')
  expect(fromLocalInput('2026-11-24T12:00')).toBe(nowMs)
  expect(fromLocalInput('')).toBeNaN()
})
