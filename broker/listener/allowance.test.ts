import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Allowance } from './allowance.ts'
import { roleLimits } from './limits.ts'

it('lets pass no more packets and no more bytes than the bursts and the rates since, and never waits for nothing', () => {
  const packet = fc.tuple(fc.nat(400), fc.integer({ min: 2, max: 500 }))
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 80 }), (sent) => {
      const allowance = new Allowance({ packets: { perS: 5, burst: 10 }, bytes: { perS: 300, burst: 1_000 } }, 0)
      let nowMs = 0
      let [passed, passedBytes] = [0, 0]
      for (const [pauseMs, bytes] of sent) {
        nowMs += pauseMs
        if (!allowance.take(nowMs, bytes)) {
          nowMs += allowance.waitMs(nowMs, bytes)
          expect(allowance.take(nowMs, bytes)).toBe(true)
        }
        passed += 1
        passedBytes += bytes
        expect(passed).toBeLessThanOrEqual(10 + (nowMs * 5) / 1_000 + 1e-6)
        expect(passedBytes).toBeLessThanOrEqual(1_000 + (nowMs * 300) / 1_000 + 1e-6)
      }
    }),
    { seed: 5, numRuns: 200 },
  )
})

it('holds the largest packet of each role in one burst', () => {
  for (const { rates, packetBytesMax } of Object.values(roleLimits)) {
    expect(rates.bytes.burst).toBeGreaterThan(packetBytesMax)
  }
})
