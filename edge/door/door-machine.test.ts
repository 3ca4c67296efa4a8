import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doorScript } from '../../test/harness/door-script.ts'
import {
  type AlarmLine,
  type DoorFact,
  type DoorInput,
  type DoorLeaf,
  initialLeaf,
  isBeeping,
  isReleased,
  nextDeadline,
  stepDoor,
} from './door-machine.ts'

const times = { pulseMs: 5_000, heldOpenMs: 30_000, heldSoonMs: 20_000, settleMs: 0 }
const quiet = { open: false, tamper: false, power: false, fire: false }
const closed = initialLeaf(quiet, [], 0).leaf
const release: DoorInput = { type: 'release' }
const tick: DoorInput = { type: 'tick' }
const contact = (open: boolean): DoorInput => ({ type: 'contact', open })
const line = (name: AlarmLine, active: boolean): DoorInput => ({ type: 'line', line: name, active })

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
const nameOf = (fact: DoorFact) => ('alarm' in fact ? `${fact.kind.slice(6)} ${fact.alarm}` : fact.kind)

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

  it('asks that the door be closed, tells once that it is held open, and that it ended', () => {
    const { facts } = play([
      [0, release],
      [1_000, contact(true)],
      [21_000, tick],
      [31_000, tick],
      [99_000, tick],
      [99_001, contact(false)],
    ])
    expect(facts).toEqual(['opened', 'locked', 'held.soon', 'held', 'closed', 'cleared held'])
    const closedInTime = play([
      [0, release],
      [1_000, contact(true)],
      [22_000, contact(false)],
      [40_000, release],
      [41_000, contact(true)],
      [60_000, contact(false)],
    ])
    expect(closedInTime.facts).toEqual(['opened', 'locked', 'held.soon', 'closed', 'opened', 'locked', 'closed'])
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
    expect(initialLeaf({ ...quiet, open: true }, ['forced'], 7)).toMatchObject({
      leaf: { openSinceMs: 7, alarms: ['forced'] },
      facts: [],
    })
    expect(initialLeaf(quiet, ['forced', 'held'], 7).facts.map(nameOf)).toEqual(['cleared forced', 'cleared held'])
    const mains = initialLeaf({ ...quiet, power: true, fire: true }, ['tamper', 'power'], 7)
    expect(mains.facts.map(nameOf)).toEqual(['cleared tamper', 'raised fire'])
    expect(mains.leaf.alarms).toEqual(['power', 'fire'])
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

  it('allows an opening that a settling contact tells late, and not a moment more', () => {
    const late = { ...times, settleMs: 100 }
    const open = (atMs: number) => stepDoor(stepDoor(closed, release, 0, late).leaf, contact(true), atMs, late)
    expect(open(5_099).facts.map(nameOf)).toEqual(['opened'])
    expect(open(5_100).facts.map(nameOf)).toEqual(['unopened', 'locked', 'opened', 'forced'])
  })

  it('raises tamper and mains lost with their lines, whatever the door does', () => {
    const { leaf, facts } = play([
      [0, line('tamper', true)],
      [1, line('tamper', true)],
      [2, line('power', true)],
      [3, release],
      [4, contact(true)],
      [5, contact(false)],
      [6, line('tamper', false)],
    ])
    expect(facts).toEqual(['raised tamper', 'raised power', 'opened', 'closed', 'locked', 'cleared tamper'])
    expect(leaf.alarms).toEqual(['power'])
  })

  it('stays released for as long as the fire line lasts, and neither forced nor held in that time', () => {
    const burning = play([
      [0, release],
      [1_000, line('fire', true)],
      [2_000, contact(true)],
      [3_000, { type: 'lock' }],
      [3_500, release],
      [99_000, tick],
    ])
    expect(burning.facts).toEqual(['raised fire', 'opened'])
    expect(isReleased(burning.leaf)).toBe(true)
    const after = play(
      [
        [100_000, line('fire', false)],
        [119_999, tick],
        [120_000, tick],
        [130_000, tick],
        [130_001, contact(false)],
      ],
      burning.leaf,
    )
    expect(after.facts).toEqual(['cleared fire', 'locked', 'held.soon', 'held', 'closed', 'cleared held'])
    expect(isReleased(after.leaf)).toBe(false)
  })

  it('keeps a forced opening forced through a fire', () => {
    const { facts } = play([
      [0, contact(true)],
      [1, line('fire', true)],
      [2, contact(false)],
    ])
    expect(facts).toEqual(['opened', 'forced', 'raised fire', 'closed', 'cleared forced'])
  })

  it('beeps from the request to close until the door is closed, or the alarm is raised', () => {
    const open = play([
      [0, release],
      [1_000, contact(true)],
    ]).leaf
    const at = (...script: [number, DoorInput][]) => isBeeping(play(script, open).leaf)
    expect(at([20_999, tick])).toBe(false)
    expect(at([21_000, tick])).toBe(true)
    expect(at([21_000, tick], [22_000, contact(false)])).toBe(false)
    expect(at([21_000, tick], [22_000, line('fire', true)])).toBe(false)
    expect(at([31_000, tick])).toBe(false)
  })

  it('names its next deadline', () => {
    expect(nextDeadline(closed, times)).toBeUndefined()
    const open = play([
      [0, release],
      [1_000, contact(true)],
    ]).leaf
    expect(nextDeadline(open, times)).toBe(5_000)
    expect(nextDeadline(play([[5_000, tick]], open).leaf, times)).toBe(21_000)
    expect(nextDeadline(play([[21_000, tick]], open).leaf, times)).toBe(31_000)
    expect(nextDeadline(play([[31_000, tick]], open).leaf, times)).toBeUndefined()
  })

  it('ends every alarm it began, opens and closes in turn, and is never released for longer than a pulse', () => {
    fc.assert(
      fc.property(doorScript, (steps) => {
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
    case 'alarm.raised':
      expect(told.standing.has(fact.alarm)).toBe(false)
      told.standing.add(fact.alarm)
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
