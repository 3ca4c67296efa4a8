/** A hundredth of `npm run proof -- mqtt-load`; how fast, compared to the library alone, is for the proof to say. */
import { expect, it } from 'vitest'
import { measureLoad } from '../proofs/mqtt-load.ts'
import { startOwn } from '../proofs/mqtt-load-target.ts'

it('strangers cost no memory and no device, and devices that come back at once keep no event from the wall', async () => {
  const { flood, slow, herd } = await measureLoad(startOwn, {
    ...{ floodBytesEach: 1024 * 1024, slowConnections: 20, devices: 50 },
    ...{ spanMs: 2_000, seed: 1 },
  })
  expect(flood.peakMib - flood.calmMib).toBeLessThanOrEqual(16)
  expect(slow).toMatchObject({ lost: 0, open: 20 })
  expect(herd.subscribed.count).toBe(50)
  expect(herd.subscribed.max).toBeLessThan(10_000)
  expect(herd.eventsLost).toBe(0)
  expect(herd.events.max).toBeLessThan(2_000)
})
