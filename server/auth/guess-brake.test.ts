import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openAuthDb } from './auth-db.ts'
import { GuessBrake } from './guess-brake.ts'
import { UsedCodes } from './used-codes.ts'

const MINUTE_MS = 60_000

describe('the brake on guessing', () => {
  it('lets four failures pass, then doubles the wait up to a minute, and forgets with success', () => {
    const brake = new GuessBrake()
    const waits = Array.from({ length: 12 }, () => {
      brake.failed('a', 0)
      return brake.waitMs('a', 0)
    })
    expect(waits).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, MINUTE_MS, MINUTE_MS, MINUTE_MS])
    expect(brake.waitMs('b', 0)).toBe(0)
    expect(brake.waitMs('a', MINUTE_MS)).toBe(0)
    brake.succeeded('a')
    expect(brake.waitMs('a', 0)).toBe(0)
  })

  it('never locks out: after a minute another try is free, whatever went before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5 * MINUTE_MS), { maxLength: 60 }), (gaps) => {
        const brake = new GuessBrake()
        let nowMs = 0
        for (const gapMs of gaps) {
          nowMs += gapMs
          brake.failed('a', nowMs)
        }
        return brake.waitMs('a', nowMs + MINUTE_MS) === 0
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

describe('codes of the app', () => {
  it('open once within their life, each person for themselves, also after a new start', () => {
    const dataDir = temporaryDirectory()
    const open = () => {
      const db = openAuthDb(dataDir)
      onTestFinished(() => db.close())
      return new UsedCodes(db)
    }
    const codes = open()
    expect([codes.take('a', '123456', 0), codes.take('a', '123456', 89_999), codes.take('b', '123456', 0)]).toEqual([
      true,
      false,
      true,
    ])
    expect(open().take('a', '123456', 89_999)).toBe(false)
    expect(codes.take('a', '123456', 90_000)).toBe(true)
  })
})

it('takes back what was no guess, and nothing of what was guessed meanwhile', () => {
  const brake = new GuessBrake()
  for (let guess = 0; guess < 8; guess += 1) {
    const decoy = brake.failed('k', guess)
    brake.failed('k', guess)
    decoy()
  }
  expect(brake.waitMs('k', 8)).toBeGreaterThan(8_000)
  const undo = brake.failed('k', 100_000)
  undo()
  // As if it had not been: whoever waited long enough waits no more for a decoy.
  expect(brake.waitMs('k', 100_001)).toBe(0)
  const late = brake.failed('k', 200_000)
  brake.succeeded('k')
  late()
  expect(brake.waitMs('k', 200_001)).toBe(0)
})
