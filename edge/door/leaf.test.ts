import { expect, it } from 'vitest'
import { openSimulatedGpio } from '../gpio/simulated.ts'
import { createStrike } from '../guard/bounded-strike.ts'
import { createLeaf } from './leaf.ts'

const times = { pulseMs: 5_000, heldOpenMs: 30_000, heldSoonMs: 20_000, settleMs: 0 }

it('sounds the buzzer before a door counts as held open, and is silent afterwards and at its end', async () => {
  const gpio = await openSimulatedGpio()
  const sounds: number[] = []
  gpio.onOutput(({ line, level }) => line === 'buzzer' && sounds.push(level))
  let nowMs = 0
  const leaf = createLeaf({
    ...{ gpio, outputs: gpio, strike: createStrike(gpio), times, standingAlarms: [] },
    clock: { wallMs: () => nowMs, monoMs: () => nowMs },
    ...{ onStep: () => {}, onExitButton: () => {} },
  })
  leaf.start()
  /** A deadline that has passed comes before whatever moves. */
  const pass = (ms: number) => {
    nowMs += ms
    leaf.lock()
  }
  gpio.drive('contact', 1)
  pass(20_000)
  expect(sounds).toEqual([1])
  gpio.drive('contact', 0)
  expect(sounds).toEqual([1, 0])
  gpio.drive('contact', 1)
  pass(20_000)
  pass(10_000)
  expect(leaf.state.alarms).toContain('held')
  expect(sounds).toEqual([1, 0, 1, 0])
  gpio.drive('contact', 0)
  gpio.drive('contact', 1)
  pass(20_000)
  leaf.close()
  expect(sounds).toEqual([1, 0, 1, 0, 1, 0])
})
