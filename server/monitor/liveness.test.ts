import fc from 'fast-check'
import { describe, it } from 'vitest'
import { livenessProperties } from '../../test/proofs/liveness.ts'

const SEED = 20261124
const RUNS = 300

describe('liveness, on random schedules', () => {
  for (const [name, property] of Object.entries(livenessProperties)) {
    it(inWords(name), () => {
      fc.assert(property() as fc.IRawProperty<unknown>, { seed: SEED, numRuns: RUNS })
    })
  }
})

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
