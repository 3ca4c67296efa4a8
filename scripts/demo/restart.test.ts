import { expect, it } from 'vitest'
import { deathsInRow, restartDelayMs } from './restart.ts'

it('waits longer after each death in a row, up to ten seconds', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 50].map(restartDelayMs)
  expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
})

it('counts anew once a child was well for half a minute', () => {
  expect(deathsInRow(4, 1_000)).toBe(5)
  expect(deathsInRow(4, 30_000)).toBe(1)
})
