import { expect, it } from 'vitest'
import { CHALLENGE_LIVES_MS, Challenges } from './challenges.ts'

it('is answered once', () => {
  const challenges = new Challenges()
  challenges.add('a', 'login', 0)
  expect(challenges.take('a', 'login', 1)).toBe(true)
  expect(challenges.take('a', 'login', 2)).toBe(false)
})

it('is of no use for another purpose, and over after such a try', () => {
  const challenges = new Challenges()
  challenges.add('a', 'login', 0)
  expect(challenges.take('a', 'step-up s', 1)).toBe(false)
  expect(challenges.take('a', 'login', 2)).toBe(false)
})

it('ends with its time, and never was when nobody made it', () => {
  const challenges = new Challenges()
  challenges.add('a', 'login', 0)
  expect(challenges.take('a', 'login', CHALLENGE_LIVES_MS)).toBe(false)
  expect(challenges.take('b', 'login', 0)).toBe(false)
})

it('keeps ten thousand at most: the oldest ends', () => {
  const challenges = new Challenges()
  for (let index = 0; index <= 10_000; index += 1) challenges.add(String(index), 'login', 0)
  expect(challenges.take('0', 'login', 1)).toBe(false)
  expect(challenges.take('1', 'login', 1)).toBe(true)
  expect(challenges.take('10000', 'login', 1)).toBe(true)
})
