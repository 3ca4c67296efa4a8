import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessList } from '#contract/access-list.ts'
import { policyProperties } from '../../test/proofs/policy.ts'
import { decide, type Question, type Touch } from './policy.ts'
import { emptyMemory, type PolicyMemory, withLockdown } from './policy-memory.ts'

const START_MS = Date.parse('2026-08-14T09:00:00+07:00') // a Friday
const always = { person: 'p-1', from: 0, until: null }

function listOf(people: object[], rest: object = {}): AccessList {
  return AccessList.parse({ door: 'komando', version: 1, issuedAt: 500, people, ...rest })
}

interface Ask extends Partial<Omit<Question, 'touch'>> {
  readonly touch?: Partial<Touch> | 'not-found'
}

function ask(list: AccessList | undefined, { touch = {}, ...around }: Ask = {}) {
  return decide({
    list,
    touch: touch === 'not-found' ? undefined : { person: 'p-1', score: 120, duress: false, ...touch },
    wallMs: START_MS,
    monoMs: 0,
    clock: 'synced',
    otherDoorOpen: false,
    strikeGuarded: true,
    memory: emptyMemory,
    ...around,
  })
}

/** Touches one after the other, each with what the last one left; answers the decisions in short. */
function play(list: AccessList, touches: [atS: number, touch: Partial<Touch> | 'not-found'][], memory = emptyMemory) {
  let remembered: PolicyMemory = memory
  return touches.map(([atS, touch]) => {
    const at = { wallMs: START_MS + atS * 1000, monoMs: atS * 1000 }
    const verdict = ask(list, { touch, ...at, memory: remembered })
    remembered = verdict.memory
    return verdict.decision.granted ? 'granted' : verdict.decision.reason
  })
}

describe('policy', () => {
  it('grants the assigned person within the time of the entry, its end excluded', () => {
    const dated = listOf([{ person: 'p-1', from: 1_000, until: 2_000 }])
    const at = (wallMs: number) => ask(dated, { wallMs }).decision
    expect(at(999)).toEqual({ granted: false, reason: 'not-yet-valid', person: 'p-1' })
    expect(at(1_000)).toEqual({ granted: true, person: 'p-1', score: 120 })
    expect(at(1_999)).toMatchObject({ granted: true })
    expect(at(2_000)).toEqual({ granted: false, reason: 'expired', person: 'p-1' })
  })

  it('lets in nobody whose release nothing would end, and still tells strangers what they are', () => {
    const unguarded = { strikeGuarded: false }
    expect(ask(listOf([always]), unguarded).decision).toMatchObject({ granted: false, reason: 'guard-lost' })
    expect(ask(listOf([always]), { ...unguarded, touch: 'not-found' }).decision).toMatchObject({ reason: 'not-found' })
  })

  it('needs a match that is alike enough, a list and an entry, and says which is missing', () => {
    const list = listOf([always])
    expect(ask(list, { touch: 'not-found' }).decision).toEqual({ granted: false, reason: 'not-found' })
    expect(ask(list, { touch: { score: 49 } }).decision).toEqual({ granted: false, reason: 'score-low' })
    expect(ask(listOf([always], { rules: { scoreMin: 121 } })).decision).toMatchObject({ reason: 'score-low' })
    expect(ask(undefined).decision).toEqual({ granted: false, reason: 'no-list', person: 'p-1' })
    expect(ask(listOf([{ ...always, person: 'p-2' }])).decision).toEqual({
      granted: false,
      reason: 'not-assigned',
      person: 'p-1',
    })
    expect(ask(list, { touch: { person: undefined } }).decision).toEqual({ granted: false, reason: 'not-assigned' })
  })

  it('lets an unset clock decide nothing that depends on the hour', () => {
    const unset = (entry: object) =>
      ask(listOf([{ ...always, ...entry }], { schedules: [{ id: 's', hours: [], onHolidays: true }] }), {
        clock: 'unset',
      }).decision
    expect(unset({})).toMatchObject({ granted: true })
    expect(unset({ from: 500 })).toMatchObject({ granted: true }) // it had begun when the list was issued
    expect(unset({ from: 501 })).toMatchObject({ reason: 'clock-unset' })
    expect(unset({ until: START_MS * 2 })).toMatchObject({ reason: 'clock-unset' })
    expect(unset({ schedule: 's' })).toMatchObject({ reason: 'clock-unset' })
    expect(ask(listOf([{ ...always, until: START_MS * 2 }]), { clock: 'hold' }).decision.granted).toBe(true)
  })

  it('takes any entry that is valid, else the reason nearest to a grant', () => {
    const [early, late] = [
      { person: 'p-1', from: 1, until: 2 },
      { person: 'p-1', from: 5, until: 6 },
    ]
    expect(ask(listOf([early, late]), { wallMs: 3 }).decision).toMatchObject({ reason: 'not-yet-valid' })
    expect(ask(listOf([early, late]), { wallMs: 5 }).decision).toMatchObject({ granted: true })
  })

  it('keeps to the schedule, across midnight and on holidays', () => {
    const night = { days: ['fri', 'sun'], from: '22:00', until: '06:00' }
    const listAt = (onHolidays: boolean) =>
      listOf([{ ...always, schedule: 'malam' }], {
        schedules: [{ id: 'malam', hours: [night], onHolidays }],
        holidays: ['2026-08-16', '2026-08-17'],
      })
    const at = (local: string, onHolidays = false) => {
      const { decision } = ask(listAt(onHolidays), { wallMs: Date.parse(`${local}:00+07:00`) })
      return decision.granted ? 'granted' : decision.reason
    }
    expect(at('2026-08-14T21:59')).toBe('outside-schedule')
    expect(at('2026-08-14T22:00')).toBe('granted')
    expect(at('2026-08-15T05:59')).toBe('granted')
    expect(at('2026-08-15T06:00')).toBe('outside-schedule')
    expect(at('2026-08-16T23:00')).toBe('holiday')
    expect(at('2026-08-17T05:00')).toBe('holiday')
    expect(at('2026-08-17T05:00', true)).toBe('granted')
    const broken = listOf([{ ...always, schedule: 'hilang' }])
    expect(ask(broken).decision).toMatchObject({ reason: 'outside-schedule' })
  })

  it('lets a night shift that began before a holiday be worked to its end', () => {
    const list = listOf([{ ...always, schedule: 'malam' }], {
      schedules: [{ id: 'malam', hours: [{ days: ['sun', 'mon'], from: '22:00', until: '06:00' }] }],
      holidays: ['2026-08-17'],
    })
    const at = (local: string) => ask(list, { wallMs: Date.parse(`${local}:00+07:00`) }).decision
    expect(at('2026-08-17T05:00')).toMatchObject({ granted: true })
    expect(at('2026-08-17T22:00')).toMatchObject({ reason: 'holiday' })
    expect(at('2026-08-18T05:00')).toMatchObject({ reason: 'holiday' })
  })

  it('pauses after five wrong attempts in a minute, for longer each time, and forgets that at a grant', () => {
    const miss: [number, 'not-found'][] = [0, 1, 2, 3, 4].map((atS) => [atS, 'not-found'])
    const then = (touches: [number, Partial<Touch> | 'not-found'][]) =>
      play(listOf([always]), [...miss, ...touches]).slice(5)
    expect(then([[33, {}]])).toEqual(['locked-out'])
    expect(then([[34, {}]])).toEqual(['granted'])
    const again: [number, 'not-found'][] = [34, 35, 36, 37, 38].map((atS) => [atS, 'not-found'])
    expect(then([...again, [97, {}], [98, {}]]).slice(5)).toEqual(['locked-out', 'granted'])
    const edge: [number, 'not-found'][] = [0, 1, 2, 3, 60].map((atS) => [atS, 'not-found'])
    expect(play(listOf([always]), [...edge, [61, {}]]).at(-1)).toBe('granted') // the first is a minute old
    const slow: [number, 'not-found'][] = [0, 20, 40, 60, 80].map((atS) => [atS, 'not-found'])
    expect(play(listOf([always]), [...slow, [81, {}]])).toEqual([...slow.map(() => 'not-found'), 'granted'])
  })

  it('lets in only those marked for it during a lockdown, by command or by the list', () => {
    const people = [always, { ...always, person: 'p-2', roles: ['lockdown'] }]
    const byCommand = { memory: withLockdown(emptyMemory, true) }
    expect(ask(listOf(people), byCommand).decision).toMatchObject({ reason: 'lockdown' })
    expect(ask(listOf(people), { ...byCommand, touch: { person: 'p-2' } }).decision.granted).toBe(true)
    expect(ask(listOf(people, { rules: { lockdown: true } })).decision).toMatchObject({ reason: 'lockdown' })
  })

  it('lets a visitor follow somebody who is none, for a while', () => {
    const list = listOf([always, { person: 'tamu', from: 0, until: START_MS * 2, roles: ['visitor'] }])
    const guest = { person: 'tamu' }
    expect(
      play(list, [
        [0, guest],
        [1, {}],
        [30, guest],
        [30.9, guest],
        [31, guest],
      ]),
    ).toEqual([...['escort-needed', 'granted', 'granted', 'granted', 'escort-needed']])
    const { memory } = ask(list)
    expect(ask(list, { touch: guest, memory }).decision).toEqual({
      ...{ granted: true, person: 'tamu', score: 120, escort: 'p-1' },
    })
  })

  it('lets an officer’s second touch bring in one whose finger cannot be read, and records who answers', () => {
    const officer = listOf([{ ...always, roles: ['escort', 'lockdown'] }])
    const first = ask(officer)
    const second = ask(officer, { memory: first.memory, monoMs: 14_999 })
    expect(second.decision).toEqual({ granted: true, score: 120, escort: 'p-1' })
    expect(ask(officer, { memory: second.memory, monoMs: 14_999 }).decision).toMatchObject({ person: 'p-1' })
    expect(ask(officer, { memory: first.memory, monoMs: 15_000 }).decision).toMatchObject({ person: 'p-1' })
    expect(ask(listOf([always]), { memory: first.memory, monoMs: 1 }).decision).toMatchObject({ person: 'p-1' })
    const locked = { ...first.memory, lockdown: true }
    expect(ask(officer, { memory: locked, monoMs: 1 }).decision).toMatchObject({ person: 'p-1' })
  })

  it('wants two different people within 15 s where the rule says so', () => {
    const list = listOf([always, { ...always, person: 'p-2' }], { rules: { twoPerson: true } })
    const [one, two] = [{ person: 'p-1' }, { person: 'p-2' }]
    expect(
      play(list, [
        [0, one],
        [14.9, one],
        [29, two],
      ]),
    ).toEqual(['second-person', 'second-person', 'granted'])
    expect(
      play(list, [
        [0, one],
        [15, two],
      ]),
    ).toEqual(['second-person', 'second-person'])
    expect(
      play(list, [
        [0, one],
        [1, two],
        [2, two],
      ]),
    ).toEqual(['second-person', 'granted', 'second-person'])
    const { memory } = ask(list)
    expect(
      ask(listOf([{ ...always, person: 'p-2' }], { rules: { twoPerson: true } }), { memory, touch: two }),
    ).toMatchObject({
      decision: { reason: 'second-person' }, // the first is no longer on the list
    })
  })

  it('refuses a second entry within the time of anti-passback, or grants it with a word', () => {
    const rules = (antiPassback: string) => listOf([always], { rules: { antiPassback, antiPassbackMinutes: 1 } })
    expect(
      play(rules('timed'), [
        [0, {}],
        [59, {}],
        [60, {}],
      ]),
    ).toEqual(['granted', 'passback', 'granted'])
    const { memory } = ask(rules('soft'))
    expect(ask(rules('soft'), { memory, monoMs: 59_000 }).decision).toMatchObject({ granted: true, passback: true })
    expect(ask(rules('off'), { memory, monoMs: 59_000 }).decision).not.toHaveProperty('passback')
  })

  it('denies while the other door stands open, where the rule says so', () => {
    const otherDoorOpen = true
    expect(ask(listOf([always], { rules: { interlock: true } }), { otherDoorOpen }).decision).toMatchObject({
      reason: 'interlock',
    })
    expect(ask(listOf([always]), { otherDoorOpen }).decision.granted).toBe(true)
  })

  it('decides for a duress finger as for any other, and asks for help either way', () => {
    const touch = { duress: true }
    expect(ask(listOf([always]), { touch }).decision).toEqual({
      granted: true,
      person: 'p-1',
      score: 120,
      duress: true,
    })
    const refused = ask(listOf([]), { touch })
    expect(refused.decision).toMatchObject({ granted: false, reason: 'not-assigned', duress: true })
    expect(refused.memory.duressUntilMs).toBe(1_800_000)
    expect(ask(listOf([]), { touch: { duress: true, score: 10 } }).decision).not.toHaveProperty('duress')
  })

  it('agrees with the oracle on every minute of a schedule', () => {
    fc.assert(policyProperties.scheduleHoldsByTheMinute(), { seed: 20_261_124, numRuns: 300 })
  })

  it('agrees with the oracle touch by touch', () => {
    fc.assert(policyProperties.everyTouchIsDecidedAlike(), { seed: 20_261_124, numRuns: 300 })
  })
})
