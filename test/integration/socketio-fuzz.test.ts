import { expect, it } from 'vitest'
import { fuzzLive } from '../proofs/socketio-fuzz.ts'

it('10,000 mutated frames crash nothing, change nothing and keep no heartbeat from a screen', async () => {
  const { looked, logins, handshakes, crashed, changed, canary } = await fuzzLive({ runs: 10_000, seed: 1 })
  expect(looked).toBeGreaterThanOrEqual(10_000)
  expect(logins).toBeGreaterThan(500)
  expect(handshakes).toBeGreaterThan(100)
  expect({ crashed, changed, lost: canary.lost }).toEqual({ crashed: false, changed: [], lost: 0 })
})
