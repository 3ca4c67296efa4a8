import { expect, test } from 'vitest'
import { reloadDelayMs } from './reload.ts'

const facts = { ownBuild: 'a', serverBuild: 'b', lastReloadAtMs: null, nowMs: 1_000_000, random: 0.5 }

test('the same build stays', () => expect(reloadDelayMs({ ...facts, serverBuild: 'a' })).toBeNull())
test('a development page stays', () => expect(reloadDelayMs({ ...facts, ownBuild: 'dev' })).toBeNull())
test('another build reloads within 20 s', () => expect(reloadDelayMs(facts)).toBe(10_000))
test('a second reload waits until a minute after the first', () => {
  expect(reloadDelayMs({ ...facts, lastReloadAtMs: 990_000 })).toBe(50_000)
})
