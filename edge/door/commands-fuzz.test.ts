import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commandProperties } from '../../test/proofs/commands.ts'

it.each(Object.entries(commandProperties))(
  'commands: %s',
  async (_name, property) => {
    const result = await fc.check<unknown>(property() as fc.IRawProperty<unknown>, { numRuns: 350, seed: 20_261_124 })
    expect(result.failed, JSON.stringify(result.counterexample)).toBe(false)
  },
  60_000,
)
