/**
 * Promise 7, on the wire: agent, strike guard or both are killed or stalled at random moments of grants, and the agent
 * while it starts. The strike is locked within a second (with both gone: when Node has started), and is released by grants
 * alone.
 */
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { buildGpio } from '../../scripts/build-gpio.mjs'
import { openFuseGpio } from '../harness/fuse-gpio/bench.ts'
import { openLinesDoor, pins } from '../harness/lines-door.ts'
import { type Cut, cutDuringGrant, cuts, releases, relockMaxMs } from '../harness/strike-cut.ts'
import type { ProofSize } from './proof-size.ts'

const plan = fc.record({
  cut: fc.constantFrom(...cuts),
  afterMs: fc.nat(1_500),
  startCutAfterMs: fc.nat(1_500),
  activeLow: fc.boolean(),
})

/** Prints a line for each cut and the figures of each kind. @returns whether all held */
export async function proveRelock({ numRuns, seed }: ProofSize): Promise<boolean> {
  const problem = await buildGpio()
  if (problem) throw new Error(`relock needs the addon of onoff: ${problem}`)
  const relocksMs = new Map<Cut, number[]>(cuts.map((cut) => [cut, []]))
  await using high = await openBench(false)
  await using low = await openBench(true)
  for (const [index, { cut, afterMs, startCutAfterMs, activeLow }] of fc.sample(plan, { numRuns, seed }).entries()) {
    const bench = activeLow ? low : high
    await bench.cutStart(startCutAfterMs)
    const relockMs = await cutDuringGrant(bench.gpio, bench.door, { cut, afterMs })
    bench.grants += 1
    relocksMs.get(cut)?.push(relockMs)
    const polarity = activeLow ? 'active low' : 'active high'
    say(`${index + 1}/${numRuns} ${cut} after ${afterMs} ms, ${polarity}: locked after ${relockMs.toFixed(0)} ms`)
  }
  for (const [cut, each] of relocksMs) say(`${cut}: ${figures(each)}, at most ${relockMaxMs(cut)} ms allowed`)
  const released = [high, low].map(({ gpio, door }) => releases(gpio, door))
  const isGrantsAlone = [high, low].every(({ grants }, index) => released[index] === grants)
  say(
    `released ${released.join(' + ')} times for ${high.grants} + ${low.grants} grants and ${numRuns} kills at start, seed ${seed}`,
  )
  const isInTime = [...relocksMs].every(([cut, each]) => each.every((relockMs) => relockMs <= relockMaxMs(cut)))
  return isInTime && isGrantsAlone
}

async function openBench(activeLow: boolean) {
  const gpio = await openFuseGpio({ pulledUp: [pins.contact, pins.exit, ...(activeLow ? [pins.strike] : [])] })
  const door = openLinesDoor(gpio, activeLow)
  return {
    gpio,
    door,
    grants: 0,
    cutStart: async (afterMs: number) => {
      const agent = door.start()
      await delay(afterMs)
      process.kill(agent.pid, 'SIGKILL')
      await agent.ended
    },
    [Symbol.asyncDispose]: async () => {
      await door[Symbol.asyncDispose]()
      await gpio[Symbol.asyncDispose]()
    },
  }
}

function figures(valuesMs: readonly number[]): string {
  const sorted = valuesMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(0)
  return `${sorted.length} cuts, locked after p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)} ms`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
