import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessList, type PersonRole, type WeeklyHours, weekdays } from '#contract/access-list.ts'
import { channels } from '#contract/channels.ts'
import { encode } from '#contract/codec.ts'
import { buildAccessList, type DoorPolicy, listContent, nextChangeMs } from './access-list.ts'
import { HOLIDAYS_PER_YEAR_MAX, holidaysToTell, yearsWithoutHolidays } from './holiday-years.ts'
import { ListTooLarge, listLimits, requireFit, sizeOf } from './list-size.ts'

const NOW_MS = Date.UTC(2026, 10, 24)
const DAY_MS = 86_400_000
const LETTER = 'SURAT-TUGAS-RAHASIA'
const seed = 4

const time = fc.integer({ min: 0, max: 1_439 }).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16))
const hours: fc.Arbitrary<WeeklyHours> = fc.record({
  days: fc.subarray([...weekdays], { minLength: 1 }),
  from: time,
  until: time,
})
const scheduleIds = ['kerja', 'malam', 'piket'] as const
const assignment = fc.record({
  person: fc.integer({ min: 0, max: 40 }).map((number) => `asn-${number}`),
  door: fc.constant('komando'),
  fromMs: fc.integer({ min: 0, max: NOW_MS * 2 }),
  untilMs: fc.option(fc.integer({ min: NOW_MS - 3 * DAY_MS, max: NOW_MS + 3 * DAY_MS })),
  schedule: fc.option(fc.constantFrom(...scheduleIds)),
  letter: fc.option(fc.constant(LETTER)),
})
const policy: fc.Arbitrary<DoorPolicy> = fc.record({
  assignments: fc.uniqueArray(assignment, { selector: ({ person }) => person, maxLength: 30 }),
  roles: fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.subarray(['visitor', 'escort', 'lockdown'] as PersonRole[])))
    .map((entries) => new Map(entries.map(([number, roles]) => [`asn-${number}`, roles]))),
  schedules: fc
    .tuple(
      ...scheduleIds.map((id) =>
        fc.record({
          hours: fc.array(hours, { maxLength: 4 }),
          onHolidays: fc.boolean(),
          id: fc.constant(id),
          name: fc.constant('Nama Jadwal'),
        }),
      ),
    )
    .map((all) => [...all]),
  holidays: fc
    .uniqueArray(fc.integer({ min: -500, max: 900 }), { maxLength: 50 })
    .map((days) => days.map((day) => new Date(NOW_MS + day * DAY_MS).toISOString().slice(0, 10))),
  rules: fc.record({ twoPerson: fc.boolean(), scoreMin: fc.integer({ min: 0, max: 200 }) }, { requiredKeys: [] }),
})
const listOf = (from: DoorPolicy, nowMs = NOW_MS) =>
  buildAccessList({ door: 'komando', content: listContent(from, nowMs), number: { series: 7, version: 1 }, nowMs })

describe('the content of a list', () => {
  it('is what doors accept, names every schedule it uses and no other, and nothing that stays on the server', () => {
    fc.assert(
      fc.property(policy, (from) => {
        const sent = listOf(from)
        const list = AccessList.parse(JSON.parse(JSON.stringify(sent)))
        const used = new Set(list.people.flatMap(({ schedule }) => schedule ?? []))
        expect(new Set(list.schedules.map(({ id }) => id))).toEqual(used)
        expect(JSON.stringify(sent)).not.toMatch(/SURAT|Nama/)
        requireFit(sent)
      }),
      { seed, numRuns: 500 },
    )
  })

  it('has everybody who is assigned and not over, and visitors only with an end', () => {
    fc.assert(
      fc.property(policy, (from) => {
        const listed = listOf(from).people.map(({ person }) => person)
        const expected = from.assignments
          .filter(({ untilMs }) => untilMs === null || untilMs > NOW_MS)
          .filter(({ person, untilMs }) => untilMs !== null || !from.roles.get(person)?.includes('visitor'))
        expect(listed).toEqual(expected.map(({ person }) => person).toSorted())
      }),
      { seed, numRuns: 500 },
    )
  })

  it('stays the same until the moment that was told', () => {
    fc.assert(
      fc.property(policy, fc.nat(), (from, any) => {
        const changeMs = nextChangeMs(from.assignments, NOW_MS)
        expect(changeMs).toBeGreaterThan(NOW_MS)
        const laterMs = NOW_MS + (any % (changeMs - NOW_MS))
        expect(listContent(from, laterMs)).toEqual(listContent(from, NOW_MS))
      }),
      { seed, numRuns: 500 },
    )
  })

  it('leaves out what says nothing, so that a list without a policy keeps its bytes', () => {
    const plain = { person: 'asn-1', door: 'komando', fromMs: 0, untilMs: null, schedule: null, letter: null }
    const from = { assignments: [plain], roles: new Map(), schedules: [], holidays: ['2026-12-25'], rules: {} }
    expect(JSON.stringify(listOf(from))).toBe(
      `{"door":"komando","series":7,"version":1,"issuedAt":${NOW_MS},"people":[{"person":"asn-1","from":0,"until":null}]}`,
    )
  })
})

describe('holidays', () => {
  it('are those of this year and the next, of the last too on 1 January', () => {
    const days = ['2025-12-25', '2026-12-31', '2027-01-01', '2028-01-01']
    expect(holidaysToTell(days, Date.parse('2026-06-01T00:00:00+07:00'))).toEqual(['2026-12-31', '2027-01-01'])
    expect(holidaysToTell(days, Date.parse('2027-01-01T12:00:00+07:00'))).toEqual(['2026-12-31', '2027-01-01'])
    expect(holidaysToTell(days, Date.parse('2027-01-02T00:00:00+07:00'))).toEqual(['2027-01-01', '2028-01-01'])
  })

  it('are missed for the year that runs, and from December on for the next', () => {
    expect(yearsWithoutHolidays(['2026-01-01'], Date.parse('2026-11-30T00:00:00+07:00'))).toEqual([])
    expect(yearsWithoutHolidays(['2026-01-01'], Date.parse('2026-12-01T00:00:00+07:00'))).toEqual([2027])
    expect(yearsWithoutHolidays([], Date.parse('2027-06-01T00:00:00+07:00'))).toEqual([2027])
  })

  it('of two full years are as many as a list may have', () => {
    const days = [2026, 2027].flatMap((year) =>
      Array.from({ length: HOLIDAYS_PER_YEAR_MAX }, (_, day) =>
        new Date(Date.UTC(year, 0, 1 + day)).toISOString().slice(0, 10),
      ),
    )
    const list = {
      ...listOf({ assignments: [], roles: new Map(), schedules: [], holidays: [], rules: {} }),
      holidays: days,
    }
    expect(() => requireFit(list)).not.toThrow()
    expect(() => requireFit({ ...list, holidays: [...days, '2028-01-01'] })).toThrow(/121 holidays, no door takes it/)
  })
})

describe('the size of a list', () => {
  const crowd = (count: number) => ({
    ...{ door: 'komando', version: 1, issuedAt: NOW_MS },
    people: Array.from({ length: count }, (_, index) => ({
      ...{ person: `p${index}`.padEnd(8, 'x'), from: 0, until: null },
      roles: ['escort' as const],
    })),
  })

  it('is that of the payload as it is sent, quotes escaped', () => {
    const list = crowd(100)
    const body = JSON.stringify(list)
    const payload = encode('access', { body, signature: 'x'.repeat(88) })
    expect(sizeOf(list)).toEqual({ bodyLetters: body.length, payloadBytes: Buffer.byteLength(payload) })
    expect(listLimits).toEqual({ bodyLetters: 60_000, payloadBytes: channels.access.maxBytes })
  })

  it('is refused past the payload, though the body alone would fit, with figures and what to do', () => {
    const large = crowd(880)
    expect(sizeOf(large).bodyLetters).toBeLessThan(listLimits.bodyLetters)
    expect(sizeOf(large).payloadBytes).toBeGreaterThan(listLimits.payloadBytes)
    expect(() => requireFit(large)).toThrow(ListTooLarge)
    expect(() => requireFit(large)).toThrow(
      /^komando: its access list would be \d{5} bytes \(at most 65536\) with a body of \d{5} letters \(at most 60000\), for 880 people, 0 schedules and 0 holidays: unassign who no longer needs this door \(assignments list --door komando\)/,
    )
  })

  it('lets pass exactly what the channel takes', () => {
    let count = 800
    while (count < 1_000 && sizeOf(crowd(count + 1)).payloadBytes <= listLimits.payloadBytes) count += 1
    expect(() => requireFit(crowd(count))).not.toThrow()
    expect(() => requireFit(crowd(count + 1))).toThrow(ListTooLarge)
  })

  it('is not all: more people than the contract allows are refused however short their ids', () => {
    const many = {
      ...crowd(0),
      people: Array.from({ length: 1_001 }, (_, i) => ({ person: `${i}`, from: 0, until: null })),
    }
    expect(() => requireFit(many)).toThrow(/1001 people, .* no door takes it.*<=1000 items/s)
  })
})
