import { expect, it } from 'vitest'
import { wibDay } from '../monitor/wib.ts'
import { Today } from './today.ts'

const HOUR_MS = 3_600_000
const dayMs = wibDay(Date.parse('2026-11-24T03:00:00Z')).fromMs

it('counts no time after the newest row: nobody knows yet', () => {
  const today = new Today()
  today.begin('simrs', 'up', dayMs)
  const change = {
    app: 'simrs',
    from: 'up',
    to: 'down',
    cause: 'silence',
    declaredAt: dayMs,
    rowId: 1,
    message: '',
  } as const
  today.take({ ...change, at: dayMs + HOUR_MS })
  expect(today.availability(dayMs + 2 * HOUR_MS, dayMs + 2 * HOUR_MS)).toBe(50)
  expect(today.availability(dayMs + 9 * HOUR_MS, dayMs + 2 * HOUR_MS)).toBe(50)
})
