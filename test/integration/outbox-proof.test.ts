/** A hundredth of `npm run proof -- outbox`. */
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../harness/temporary.ts'
import { tryOutbox } from '../proofs/outbox.ts'

it('1,000 events recorded under 5 kills with everything else dead are in the journal once, in order, within 60 s', async () => {
  const { faults, kills, deliveredMs } = await tryOutbox({
    ...{ dataDir: temporaryDirectory(), records: 1_000, kills: 5, seed: 2026 },
  })
  expect(faults).toEqual([])
  expect(kills).toBe(5)
  expect(deliveredMs).toBeLessThan(60_000)
})
