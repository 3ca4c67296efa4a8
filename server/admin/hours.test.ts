import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type WeeklyHours, weekdays } from '#contract/access-list.ts'
import { formatHours, parseHours } from './hours.ts'

const minute = fc.integer({ min: 0, max: 1_439 })
const timeOf = (at: number) => new Date(at * 60_000).toISOString().slice(11, 16)
const row: fc.Arbitrary<WeeklyHours> = fc.record({
  days: fc.subarray([...weekdays], { minLength: 1 }),
  from: minute.map(timeOf),
  until: fc.oneof(minute.map(timeOf), fc.constant('24:00')),
})

describe('weekly hours', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 28 }), (hours) => {
        expect(parseHours(formatHours(hours))).toEqual(hours)
      }),
      { seed: 11, numRuns: 1_000 },
    )
  })

  it.each([
    ['mon-thu 07:30-16:00; fri 07:30-16:30', 'mon-thu 07:30-16:00; fri 07:30-16:30'],
    ['sat,sun 22:00-06:00;', 'sat,sun 22:00-06:00'],
    ['fri-mon 08:00-24:00', 'mon,fri,sat,sun 08:00-24:00'],
    ['daily 00:00-24:00', 'daily 00:00-24:00'],
    ['sun,mon,mon-tue 07:00-07:00', 'mon,tue,sun 07:00-07:00'],
  ])('take %j for %j', (written, meant) => {
    expect(formatHours(parseHours(written))).toBe(meant)
  })

  it.each([
    ['', /has 0 parts, it takes 1 to 28/],
    ['senin 07:30-16:00', /"senin" names no days \(mon, tue/],
    ['mon-wed-fri 07:30-16:00', /"mon-wed-fri" names no days/],
    ['mon', /a time of day is 00:00 to 23:59/],
    ['mon 7:30-16:00', /a time of day is 00:00 to 23:59/],
    ['mon 24:00-06:00', /a time of day is 00:00 to 23:59/],
    ['mon 07:30-25:00', /a time of day is 00:00 to 24:00/],
    ['mon 07:30-16:00 wib', /too much/],
    ['mon 07:30-16:00-17:00', /too much/],
    [Array.from({ length: 29 }, () => 'mon 07:30-16:00').join(';'), /has 29 parts/],
  ])('refuse %j', (written, reason) => {
    expect(() => parseHours(written)).toThrow(reason)
  })

  it('never crash on anything', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('mon', 'sun', '-', ',', ';', ' ', '07:30', '24:00', 'x', '\n') }),
        (written) => {
          try {
            expect(parseHours(written).length).toBeGreaterThan(0)
          } catch (error) {
            expect((error as Error).name).toBe('AdminError')
          }
        },
      ),
      { seed: 12, numRuns: 2_000 },
    )
  })
})
