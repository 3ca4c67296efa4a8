import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DoorFact, type DoorInput, type DoorLeaf, initialLeaf, nextDeadline, stepDoor } from './door-machine.ts'

const times = { pulseMs: 5_000, heldOpenMs: 30_000 }
const closed = initialLeaf(false, [], 0).leaf
const release: DoorInput = { type: 'release' }
const tick: DoorInput = { type: 'tick' }
const contact = (open: boolean): DoorInput => ({ type: 'contact', open })

function play(script: [atMs: number, input: DoorInput][], from: DoorLeaf = closed) {
  let leaf = from
  const facts: string[] = []
  for (const [atMs, input] of script) {
    const next = stepDoor(leaf, input, atMs, times)
    leaf = next.leaf
    facts.push(...next.facts.map(nameOf))
  }
  return { leaf, facts }
}
const nameOf = (fact: DoorFact) => (fact.kind === 'alarm.cleared' ? `cleared ${fact.alarm}` : fact.kind)

describe('door machine', () => {
  it('relocks as soon as the door closes behind somebody', () => {
    const { leaf, facts } = play([
      [0, release],
      [1_000, contact(true)],
      [2_000, contact(false)],
    ])
    expect(facts).toEqual(['opened', 'closed', 'locked'])
    expect(leaf).toEqual(closed)
  })

  it('calls a release that nobody used unopened', () => {
    expect(
      play([
        [0, release],
        [5_000, tick],
      ]).facts,
    ).toEqual(['unopened', 'locked'])
  })

  it('locks at the end of the pulse while the door is still open', () => {
    const { facts } = play([
      [0, release],
      [1_000, contact(true)],
      [5_000, tick],
      [6_000, contact(false)],
    ])
    expect(facts).toEqual(['opened', 'locked', 'closed'])
  })

  it('calls an opening without a release forced until the door closes', () => {
    const { leaf, facts } = play([[0, contact(true)]])
    expect(facts).toEqual(['opened', 'forced'])
    expect(leaf.alarms).toEqual(['forced'])
    expect(play([[1_000, contact(false)]], leaf).facts).toEqual(['closed', 'cleared forced'])
  })

  it('calls an opening after the pulse forced, even when the timer was late', () => {
    expect(
      play([
        [0, release],
        [5_001, contact(true)],
      ]).facts,
    ).toEqual(['unopened', 'locked', 'opened', 'forced'])
  })

  it('tells once that the door is held open, and that it ended', () => {
    const { facts } = play([
      [0, release],
      [1_000, contact(true)],
      [31_000, tick],
      [99_000, tick],
      [99_001, contact(false)],
    ])
    expect(facts).toEqual(['opened', 'locked', 'held', 'closed', 'cleared held'])
  })

  it('counts a release through an open door as used', () => {
    expect(
      play([
        [0, contact(true)],
        [10, release],
        [5_010, tick],
      ]).facts,
    ).toEqual(['opened', 'forced', 'locked'])
  })

  it('carries alarms over a restart, and ends them when the door is found closed', () => {
    expect(initialLeaf(true, ['forced'], 7)).toMatchObject({ leaf: { openSinceMs: 7, alarms: ['forced'] }, facts: [] })
    expect(initialLeaf(false, ['forced', 'held'], 7).facts.map(nameOf)).toEqual(['cleared forced', 'cleared held'])
  })

  it('tells that it locks when it is told to, once', () => {
    const lock: DoorInput = { type: 'lock' }
    expect(
      play([
        [0, release],
        [1_000, lock],
        [1_001, lock],
      ]).facts,
    ).toEqual(['unopened', 'locked'])
    expect(
      play([
        [0, release],
        [9, contact(true)],
        [10, lock],
      ]).facts,
    ).toEqual(['opened', 'locked'])
  })

  it('names its next deadline', () => {
    expect(nextDeadline(closed, times)).toBeUndefined()
    const open = play([
      [0, release],
      [1_000, contact(true)],
    ]).leaf
    expect(nextDeadline(open, times)).toBe(5_000)
    expect(nextDeadline(play([[5_000, tick]], open).leaf, times)).toBe(31_000)
    expect(nextDeadline(play([[31_000, tick]], open).leaf, times)).toBeUndefined()
  })

  it('ends every alarm it began, opens and closes in turn, and is never released for longer than a pulse', () => {
    const input = fc.oneof(
      fc.constant(release),
      fc.constant(tick),
      fc.constant<DoorInput>({ type: 'lock' }),
      fc.boolean().map((open) => contact(open)),
    )
    const script = fc.array(fc.tuple(fc.nat(20_000), input), { maxLength: 60 })
    fc.assert(
      fc.property(script, (steps) => {
        let atMs = 0
        let leaf = closed
        const told = { standing: new Set<string>(), open: false }
        for (const [waitMs, each] of steps) {
          atMs += waitMs
          const next = stepDoor(leaf, each, atMs, times)
          leaf = next.leaf
          for (const fact of next.facts) follow(told, fact)
          expect([...told.standing].sort()).toEqual([...leaf.alarms].sort())
          expect(leaf.openSinceMs !== null).toBe(told.open)
          const leftMs = (leaf.release?.untilMs ?? atMs + 1) - atMs
          expect(leftMs).toBeGreaterThan(0)
          expect(leftMs).toBeLessThanOrEqual(times.pulseMs)
        }
      }),
      { seed: 20_261_124, numRuns: 300 },
    )
  })
})

/** What a listener knows who hears only the facts; each must make sense after those before it. */
function follow(told: { standing: Set<string>; open: boolean }, fact: DoorFact) {
  switch (fact.kind) {
    case 'forced':
    case 'held':
      expect(told.standing.has(fact.kind)).toBe(false)
      told.standing.add(fact.kind)
      break
    case 'alarm.cleared':
      expect(told.standing.delete(fact.alarm)).toBe(true)
      break
    case 'opened':
    case 'closed':
      expect(fact.kind === 'opened').toBe(!told.open)
      told.open = fact.kind === 'opened'
  }
}
