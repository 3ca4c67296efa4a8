import { describe, expect, it } from 'vitest'
import { type Account, accountOf, addAccounts, availabilityPercent } from './availability.ts'
import { wibDay, wibMonth } from './wib.ts'

const period = { fromMs: 1_000, untilMs: 2_000 }
const judged = { period, judgedUntilMs: 10_000 }

describe('account of a period', () => {
  it('counts late and degraded as up, and names them beside it', () => {
    const changes = [
      { at: 1_100, to: 'late' as const },
      { at: 1_150, to: 'up' as const },
      { at: 1_300, to: 'degraded' as const },
      { at: 1_500, to: 'down' as const },
      { at: 1_800, to: 'unknown' as const },
    ]
    expect(accountOf({ ...judged, initial: 'up', changes })).toEqual({
      periodMs: 1_000,
      upMs: 500,
      downMs: 300,
      maintenanceMs: 0,
      unknownMs: 200,
      outsideMs: 0,
      aheadMs: 0,
      lateMs: 50,
      degradedMs: 200,
    })
  })

  it('leaves out what came before the first heartbeat and what is not judged yet', () => {
    const changes = [{ at: 1_400, to: 'up' as const }]
    expect(accountOf({ period, judgedUntilMs: 1_900, initial: 'new', changes })).toMatchObject({
      outsideMs: 400,
      upMs: 500,
      aheadMs: 100,
    })
  })

  it('is all ahead when the period lies ahead', () => {
    expect(accountOf({ period, judgedUntilMs: 500, initial: 'up', changes: [] })).toMatchObject({
      aheadMs: 1_000,
      upMs: 0,
    })
  })
})

describe('availability in percent', () => {
  const account = (upMs: number, downMs: number): Account => ({
    ...accountOf({ ...judged, initial: 'new', changes: [] }),
    upMs,
    downMs,
  })

  it('is floored, never rounded up', () => {
    expect(availabilityPercent(account(999_999, 1))).toBe(99.99)
    expect(availabilityPercent(account(2, 1))).toBe(66.66)
    expect(availabilityPercent(account(1, 0))).toBe(100)
  })

  it('is exact for sums beyond 2^53 in the intermediate product', () => {
    expect(availabilityPercent(account(2_592_000_000_000_000 - 1, 1), 4)).toBe(99.9999)
  })

  it('is null when nothing was judged', () => {
    expect(availabilityPercent(account(0, 0))).toBeNull()
  })

  it('weighs applications by their time', () => {
    expect(availabilityPercent(addAccounts([account(100, 0), account(200, 100)]))).toBe(75)
  })
})

describe('days and months in WIB', () => {
  it('begin at 17:00 UTC of the day before', () => {
    const day = wibDay(Date.parse('2026-11-24T00:30:00+07:00'))
    expect(new Date(day.fromMs).toISOString()).toBe('2026-11-23T17:00:00.000Z')
    expect(day.untilMs - day.fromMs).toBe(86_400_000)
    expect(wibDay(day.fromMs)).toEqual(day)
    expect(wibDay(day.fromMs - 1).untilMs).toBe(day.fromMs)
  })

  it('know the length of a month and the turn of the year', () => {
    const december = wibMonth(Date.parse('2026-12-31T16:59:59.999Z'))
    expect(new Date(december.fromMs).toISOString()).toBe('2026-11-30T17:00:00.000Z')
    expect(new Date(december.untilMs).toISOString()).toBe('2026-12-31T17:00:00.000Z')
    expect(wibMonth(december.untilMs).fromMs).toBe(december.untilMs)
  })
})
