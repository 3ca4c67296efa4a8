/** Whatever may happen at a door, in any order and with any pauses: for properties of the door machine. */
import fc from 'fast-check'
import type { DoorInput } from '../../edge/door/door-machine.ts'

const input = fc.oneof(
  fc.constantFrom<DoorInput>({ type: 'release' }, { type: 'tick' }, { type: 'lock' }),
  fc.boolean().map((open): DoorInput => ({ type: 'contact', open })),
  fc
    .tuple(fc.constantFrom('tamper', 'power', 'fire'), fc.boolean())
    .map(([line, active]): DoorInput => ({ type: 'line', line, active })),
)

/** Pause in milliseconds, then what happens. */
export const doorScript = fc.array(fc.tuple(fc.nat(20_000), input), { maxLength: 60 })
