import { describe, expect, test } from 'vitest'
import type { AppState } from '../../broker/contract/states.ts'
import { disturbancesOf, gridOf, lastRecovery } from './board.ts'
import { fitSums, opdGrid, sumPerOpd } from './opd.ts'

describe('disturbancesOf', () => {
  test('sorts by severity, then the newest first, and leaves out what disturbs nobody', () => {
    const app = (id: string, state: AppState, since: string) => ({ id, state, since })
    const order = disturbancesOf([
      app('quiet', 'unknown', '2026-11-24T01:00:00Z'),
      app('late', 'late', '2026-11-24T01:00:00Z'),
      app('old', 'down', '2026-11-24T01:00:00Z'),
      app('planned', 'maintenance', '2026-11-24T01:00:00Z'),
      app('fresh', 'down', '2026-11-24T02:00:00Z'),
      app('slow', 'degraded', '2026-11-24T01:00:00Z'),
    ])
    expect(order.map((one) => one.id)).toEqual(['fresh', 'old', 'slow', 'quiet'])
  })
})

describe('gridOf', () => {
  test.each([0, 1, 10, 40, 41, 50, 100, 130, 131, 400])('%i tiles all have a place', (count) => {
    const { columns, rows } = gridOf(count)
    expect(columns * rows).toBeGreaterThanOrEqual(count)
  })

  test('density follows the count', () => {
    expect([40, 41, 130, 131].map((count) => gridOf(count).density)).toEqual(['l', 'm', 'm', 's'])
    expect(gridOf(50)).toEqual({ density: 'm', room: 'roomy', columns: 10, rows: 5 })
    expect(gridOf(45)).toEqual({ density: 'm', room: 'roomy', columns: 9, rows: 5 })
    expect(gridOf(400)).toEqual({ density: 's', room: 'cramped', columns: 20, rows: 20 })
  })
})

describe('per OPD', () => {
  const apps = [
    { opd: 'BKD', state: 'up' },
    { opd: 'Bapenda', state: 'degraded' },
    { opd: 'BKD', state: 'down' },
    { opd: 'BKD', state: 'degraded' },
  ] as const

  test('sums applications and disturbances, in the order of names', () => {
    expect(sumPerOpd(apps)).toEqual([
      { opd: 'Bapenda', total: 1, disturbed: 1, worst: 'degraded' },
      { opd: 'BKD', total: 3, disturbed: 2, worst: 'down' },
    ])
  })

  test('where not all fit, the calm give way and the order stays', () => {
    const sum = (opd: string, worst: AppState) => ({ opd, total: 1, disturbed: worst === 'up' ? 0 : 1, worst })
    const shown = fitSums([sum('A', 'up'), sum('B', 'down'), sum('C', 'up'), sum('D', 'unknown')], 2)
    expect(shown.map((one) => one.opd)).toEqual(['B', 'D'])
  })

  test('more door panels leave fewer columns', () => {
    expect(opdGrid(35, 1)).toEqual({ columns: 6, rows: 6 })
    expect(opdGrid(35, 2)).toEqual({ columns: 5, rows: 7 })
    expect(opdGrid(90, 3)).toEqual({ columns: 3, rows: 8 })
  })
})

test('lastRecovery is the newest, wherever it stands', () => {
  const at = (time: string) => ({ app: time, at: time, state: 'down' as const, lastedMs: 1 })
  expect(lastRecovery([])).toBeNull()
  expect(lastRecovery([at('2026-11-24T01:00:00Z'), at('2026-11-24T03:00:00Z'), at('2026-11-24T02:00:00Z')])?.app).toBe(
    '2026-11-24T03:00:00Z',
  )
})
