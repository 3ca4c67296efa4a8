import { expect, it } from 'vitest'
import { fuzzMqtt } from '../proofs/mqtt-fuzz.ts'

it('10,000 mutated frames crash nothing, change nothing and lose nobody a message', async () => {
  const { looked, logins, crashed, changed, canary } = await fuzzMqtt({ runs: 10_000, seed: 1 })
  expect(looked).toBeGreaterThanOrEqual(10_000)
  expect(logins).toBeGreaterThan(1_000)
  expect({ crashed, changed, lost: canary.lost }).toEqual({ crashed: false, changed: [], lost: 0 })
})
