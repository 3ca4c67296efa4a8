import fc from 'fast-check'
import { expect, it } from 'vitest'
import { doorScript } from '../../test/harness/door-script.ts'
import { type DoorInput, initialLeaf, isBeeping, stepDoor } from './door-machine.ts'

const times = { pulseMs: 5_000, heldOpenMs: 30_000, heldSoonMs: 20_000, settleMs: 0 }

/** Said in other words than the machine's: since when the door stands open outside of a fire, and nothing else. */
interface Standing {
  readonly sinceMs: number | undefined
  readonly open: boolean
  readonly fire: boolean
  /** It was open for too long, so the alarm took over. */
  readonly held: boolean
}

function follow(before: Standing, input: DoorInput, atMs: number): Standing {
  const open = input.type === 'contact' ? input.open : before.open
  const fire = input.type === 'line' && input.line === 'fire' ? input.active : before.fire
  const changed = open !== before.open || fire !== before.fire
  if (changed) return { open, fire, held: false, sinceMs: open && !fire ? atMs : undefined }
  return { ...before, held: before.held || openFor(before, atMs) >= times.heldOpenMs }
}

function openFor({ sinceMs }: Standing, atMs: number): number {
  return sinceMs === undefined ? 0 : atMs - sinceMs
}

it('beeps exactly in the last part of the time that a door may stand open, whatever else happens', () => {
  fc.assert(
    fc.property(doorScript, (steps) => {
      let atMs = 0
      let { leaf } = initialLeaf({ open: false, tamper: false, power: false, fire: false }, [], 0)
      let standing: Standing = { sinceMs: undefined, open: false, fire: false, held: false }
      for (const [waitMs, input] of steps) {
        atMs += waitMs
        leaf = stepDoor(leaf, input, atMs, times).leaf
        standing = follow(standing, input, atMs)
        expect(isBeeping(leaf)).toBe(openFor(standing, atMs) >= times.heldSoonMs && !standing.held)
      }
    }),
    { seed: 20_261_124, numRuns: 500 },
  )
})
