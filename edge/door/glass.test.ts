import { expect, it } from 'vitest'
import { createGlass } from './glass.ts'

function bench() {
  const told: boolean[] = []
  const glass = createGlass(0, (blocked) => told.push(blocked))
  return { glass, told }
}

it('takes one touch for one, until the finger has left', () => {
  const { glass, told } = bench()
  expect(glass.saw('no-finger', 0)).toBe(false)
  expect(glass.saw('captured', 100)).toBe(true)
  glass.judged('decided')
  for (let atMs = 200; atMs < 100_000; atMs += 100) expect(glass.saw('captured', atMs)).toBe(false)
  expect(told).toEqual([false, true])
  expect(glass.saw('no-finger', 100_000)).toBe(false)
  expect(glass.saw('captured', 100_100)).toBe(true)
  expect(told).toEqual([false, true, false])
})

it('sees a finger again although the sensor never says that the last one left', () => {
  const { glass, told } = bench()
  glass.saw('captured', 0)
  glass.judged('decided')
  expect(glass.saw('failed', 29_999)).toBe(false)
  expect(glass.isWaiting).toBe(true)
  glass.saw('failed', 30_000)
  expect(told).toEqual([true])
  expect(glass.saw('captured', 30_100)).toBe(true)
})

it('asks for another image of a poor one only after a lift, or when there is none', () => {
  const { glass } = bench()
  glass.saw('captured', 0)
  glass.judged('poor')
  expect(glass.saw('captured', 29_000)).toBe(false)
  expect(glass.saw('captured', 30_000)).toBe(true)
})

it('counts nothing that nobody looked at', () => {
  const { glass, told } = bench()
  glass.saw('no-finger', 0)
  glass.looksAgain(180_000) // an enrolment had the sensor
  glass.saw('captured', 180_100)
  expect(told).toEqual([false])
})
