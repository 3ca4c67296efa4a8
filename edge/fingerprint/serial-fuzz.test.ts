import fc from 'fast-check'
import { expect, it } from 'vitest'
import { knownFingerOpensNothing, serialProperties } from '../../test/proofs/serial.ts'

const runs = { parserLosesNothing: 4_000, parserSurvivesNoise: 2_000, strangersFingerOpensNothing: 4_000 } as const

it.each(Object.keys(runs) as (keyof typeof runs)[])(
  'bytes of the sensor: %s',
  async (name) => {
    const result = await fc.check<unknown>(serialProperties[name](), { numRuns: runs[name], seed: 20_261_124 })
    expect(result.failed, JSON.stringify(result.counterexample)).toBe(false)
  },
  60_000,
)

it('the proof can fail: the finger of an assigned person does open', async () => {
  expect(await fc.check<unknown>(knownFingerOpensNothing(), { numRuns: 500, seed: 1 })).toMatchObject({ failed: true })
})
