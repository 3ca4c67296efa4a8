import { serialize } from 'node:v8'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AppState } from '#contract/states.ts'
import { accountOf, availabilityPercent } from '../monitor/availability.ts'
import type { Transition } from '../monitor/types.ts'
import { wibDay } from '../monitor/wib.ts'
import { Today } from './today.ts'

const HOUR_MS = 3_600_000
const dayMs = wibDay(Date.parse('2026-11-24T03:00:00Z')).fromMs

function change(to: AppState, at: number, from: AppState = 'up'): Transition {
  return { app: 'simrs', from, to, cause: 'silence', at, declaredAt: at, rowId: 1, message: '' }
}

function simrs(initial: AppState = 'up') {
  const today = new Today()
  today.begin('simrs', initial, { dayMs, sinceMs: dayMs })
  return today
}

it('counts no time after the newest row: nobody knows yet', () => {
  const today = simrs()
  today.take(change('down', dayMs + HOUR_MS))
  expect(today.availability(dayMs + 2 * HOUR_MS, dayMs + 2 * HOUR_MS)).toBe(50)
  expect(today.availability(dayMs + 9 * HOUR_MS, dayMs + 2 * HOUR_MS)).toBe(50)
})

it('says what the account of all changes says, also of those that are declared late', () => {
  const states = fc.constantFrom<AppState>('up', 'late', 'degraded', 'down', 'maintenance', 'unknown')
  const changes = fc.array(fc.record({ at: fc.nat(20 * HOUR_MS).map((ms) => dayMs + ms), to: states }))
  fc.assert(
    fc.property(changes, states, (declared, initial) => {
      const today = simrs(initial)
      const untilMs = dayMs + 20 * HOUR_MS
      for (const { at, to } of declared) today.take(change(to, at))
      const period = { fromMs: dayMs, untilMs }
      const whole = accountOf({ period, initial, changes: declared, judgedUntilMs: untilMs })
      expect(today.availability(untilMs, untilMs)).toBe(availabilityPercent(whole))
    }),
    { seed: 5, numRuns: 200 },
  )
})

it('begins anew at midnight in WIB, in the state in force then, whoever is first to see the new day', () => {
  const midnightMs = dayMs + 24 * HOUR_MS
  const nowMs = midnightMs + 4 * HOUR_MS
  const rolled = simrs()
  rolled.take(change('down', dayMs + HOUR_MS))
  rolled.availability(midnightMs + 1, midnightMs + 1)
  // Declared now, and dated before midnight.
  rolled.take(change('up', midnightMs - HOUR_MS))
  rolled.take(change('down', midnightMs + HOUR_MS))
  expect(rolled.availability(nowMs, nowMs)).toBe(25)

  const taken = simrs()
  taken.take(change('down', dayMs + HOUR_MS))
  taken.take(change('up', midnightMs + HOUR_MS))
  expect(taken.availability(nowMs, nowMs)).toBe(75)
})

it('is as small after a day of changes as after one', () => {
  const today = simrs()
  const flap = (second: number) => today.take(change(second % 2 === 0 ? 'late' : 'up', dayMs + second * 1_000))
  flap(0)
  const bytes = serialize(today).byteLength
  for (let second = 1; second < 10_000; second++) flap(second)
  expect(serialize(today).byteLength).toBeLessThan(bytes + 100)
})
