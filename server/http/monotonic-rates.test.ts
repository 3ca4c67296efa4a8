import { expect, it } from 'vitest'
import { monotonicRates } from './monotonic-rates.ts'

const WINDOW_MS = 1_000

function start() {
  let monoMs = 0
  const Rates = monotonicRates({ monoMs: () => monoMs })
  const store = new Rates({})
  const of = (one: typeof store) => (key: string) => {
    const counted = { current: 0, ttl: 0 }
    one.incr(key, (_, result) => Object.assign(counted, result), WINDOW_MS, 30)
    return counted
  }
  return { count: of(store), other: of(store.child({} as never)), pass: (ms: number) => (monoMs += ms) }
}

it('counts within a window, each key and each route for itself, and begins anew after it', () => {
  const { count, other, pass } = start()
  expect([count('a').current, count('a').current, count('b').current, other('a').current]).toEqual([1, 2, 1, 1])
  pass(WINDOW_MS - 1)
  expect(count('a')).toEqual({ current: 3, ttl: 1 })
  pass(1)
  expect(count('a')).toEqual({ current: 1, ttl: WINDOW_MS })
})

it('holds 5,000 keys, and forgets who came longest ago', () => {
  const { count } = start()
  for (let key = 0; key <= 5_000; key += 1) count(String(key))
  expect([count('0').current, count('5000').current]).toEqual([1, 2])
})
