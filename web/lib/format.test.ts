import { expect, test } from 'vitest'
import {
  clockMinute,
  clockOrDate,
  clockSecond,
  dayDate,
  dayName,
  duration,
  fineAge,
  latency,
  percent,
  regionName,
  shortDuration,
} from './format.ts'

const at = '2026-11-24T02:44:18.900Z'
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

test('times are WIB, with a dot', () => {
  expect(clockMinute(at)).toBe('09.44')
  expect(clockSecond(at)).toBe('09.44.18')
  expect(`${dayName(at)}, ${dayDate(at)}`).toBe('Selasa, 24 November 2026')
  expect(clockSecond('2026-11-23T17:00:00Z')).toBe('00.00.00')
})

test('a time of another day names its day, by the calendar of WIB', () => {
  const nowMs = Date.parse(at)
  expect(clockOrDate('2026-11-23T17:00:00Z', nowMs)).toBe('00.00')
  expect(clockOrDate('2026-11-23T16:59:59Z', nowMs)).toBe('23 Nov 23.59')
})

test('durations carry a unit and are rounded down', () => {
  expect(shortDuration(59_999)).toBe('59 dtk')
  expect(shortDuration(-500)).toBe('0 dtk')
  expect(shortDuration(47 * HOUR_MS)).toBe('1 hari')
  expect(duration(12 * MINUTE_MS + 59_000)).toBe('12 mnt')
  expect(duration(3 * HOUR_MS + 5 * MINUTE_MS)).toBe('3 jam 5 mnt')
  expect(duration(2 * HOUR_MS)).toBe('2 jam')
  expect(duration(52 * HOUR_MS)).toBe('2 hari 4 jam')
  expect(fineAge(412)).toBe('0,4 dtk')
  expect(fineAge(4 * MINUTE_MS)).toBe('4 mnt')
})

test('a latency changes its unit at a second, after rounding', () => {
  expect(latency(141.2)).toEqual({ value: '141', unit: 'ms' })
  expect(latency(999.6)).toEqual({ value: '1,0', unit: 'dtk' })
  expect(latency(12_340)).toEqual({ value: '12,3', unit: 'dtk' })
})

test('a region is called by its name', () => {
  expect(regionName('kota-pontianak')).toBe('Kota Pontianak')
  expect(regionName('sambas')).toBe('Sambas')
})

test('percentages have a comma', () => expect(percent(99.62)).toBe('99,62 %'))
