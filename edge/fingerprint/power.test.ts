import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CYCLE_PAUSE_MAX_MS, CYCLE_PAUSE_MIN_MS, createSensorPower, POWER_OFF_MS, SOFT_RESETS_MIN } from './power.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function bench() {
  const powered: { on: boolean; atMs: number }[] = []
  const cycles: number[] = []
  const monoMs = () => Date.now()
  const power = createSensorPower({
    setPower: (on) => powered.push({ on, atMs: monoMs() }),
    onCycle: (count) => cycles.push(count),
    monoMs,
  })
  const fail = async () => {
    const recovered = power.recover()
    await vi.advanceTimersByTimeAsync(POWER_OFF_MS)
    await recovered
  }
  return { power, powered, cycles, fail }
}

/** The count says how many there were since it last worked, so it tells the pause that was due. */
function expectPauses(powered: readonly { on: boolean; atMs: number }[], counts: readonly number[]): void {
  const starts = powered.filter(({ on }) => !on).map(({ atMs }) => atMs)
  const waits = starts.map((atMs, index) => atMs - (starts[index - 1] ?? Number.NEGATIVE_INFINITY))
  for (const [index, waitMs] of waits.entries()) {
    const pauseMs = CYCLE_PAUSE_MIN_MS * 2 ** Math.max(0, (counts[index] ?? 0) - 2)
    expect(waitMs).toBeGreaterThanOrEqual(Math.min(CYCLE_PAUSE_MAX_MS, pauseMs) + POWER_OFF_MS)
  }
}

describe('power of the sensor', () => {
  it('is switched off and on when the second soft reset in a row has failed', async () => {
    const { powered, cycles, fail } = bench()
    await fail()
    expect(powered).toEqual([])
    await fail()
    expect(cycles).toEqual([1])
    expect(powered.map(({ on }) => on)).toEqual([false, true])
    expect((powered[1]?.atMs ?? 0) - (powered[0]?.atMs ?? 0)).toBe(POWER_OFF_MS)
  })

  it('is left alone by a reset that fails now and then', async () => {
    const { power, powered, fail } = bench()
    for (let count = 0; count < 5; count += 1) {
      await fail()
      power.worked()
    }
    expect(powered).toEqual([])
  })

  it('is switched ever more seldom, however often resets fail, and stays on in between', async () => {
    const action = fc.oneof(fc.constant('fails' as const), fc.constant('works' as const), fc.nat(60_000))
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const { power, powered, cycles, fail } = bench()
        for (const each of actions) {
          if (each === 'fails') await fail()
          else if (each === 'works') power.worked()
          else await vi.advanceTimersByTimeAsync(each)
          expect(powered.at(-1)?.on ?? true).toBe(true)
        }
        expectPauses(powered, cycles)
      }),
      { seed: 20_261_124, numRuns: 100 },
    )
  })

  it('is still tried twice an hour after a day, and needs two failed resets again once it worked', async () => {
    const { power, cycles, fail } = bench()
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await fail()
      await vi.advanceTimersByTimeAsync(60_000 - POWER_OFF_MS)
    }
    expect(cycles.length).toBeGreaterThan(40)
    expect(cycles.length).toBeLessThan(60)
    power.worked()
    await vi.advanceTimersByTimeAsync(CYCLE_PAUSE_MAX_MS)
    const before = cycles.length
    for (let count = 1; count < SOFT_RESETS_MIN; count += 1) await fail()
    expect(cycles.length).toBe(before)
    await fail()
    expect(cycles.at(-1)).toBe(1)
  })
})
