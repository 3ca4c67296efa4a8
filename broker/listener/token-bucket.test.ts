import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

it('lets nothing pass until what is owed has come in', () => {
  const bucket = new TokenBucket({ burst: 10, perS: 5 }, 0)
  bucket.owe(0, 30)
  expect(bucket.waitMs(0)).toBe(4_200)
  expect(bucket.take(4_100)).toBe(false)
  expect(bucket.take(4_200)).toBe(true)
  bucket.owe(4_200, -99)
  expect(bucket.waitMs(4_200, 10)).toBe(0)
  expect(bucket.waitMs(4_200, 11)).toBe(200)
})

it('never lets more pass than the burst and the rate since, and never waits for nothing', () => {
  const steps = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 200 }), steps, (burst, perS, asked) => {
      let nowMs = 1_000
      let passed = 0
      const bucket = new TokenBucket({ burst, perS }, nowMs)
      for (const [pauseMs, count] of asked) {
        nowMs += pauseMs
        for (let one = 0; one < count; one++) if (bucket.take(nowMs)) passed += 1
        expect(passed).toBeLessThanOrEqual(burst + ((nowMs - 1_000) * perS) / 1_000 + 1e-6)
        const waitMs = bucket.waitMs(nowMs)
        if (waitMs === 0) continue
        nowMs += waitMs
        expect(bucket.take(nowMs)).toBe(true)
        passed += 1
      }
    }),
    { seed: 3, numRuns: 200 },
  )
})
