import { expect, it } from 'vitest'
import { fuzzHttp } from '../proofs/http-fuzz.ts'

it('10,000 mutated requests crash nothing, change nothing and lose nobody a heartbeat', async () => {
  const { looked, logins, unreached, crashed, changed, canary } = await fuzzHttp({ runs: 10_000, seed: 1 })
  expect(looked).toBeGreaterThanOrEqual(10_000)
  expect(logins).toBeGreaterThan(1_000)
  expect({ unreached, crashed, changed, lost: canary.lost }).toEqual({
    unreached: [],
    crashed: false,
    changed: [],
    lost: 0,
  })
})
