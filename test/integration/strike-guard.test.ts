/** The strike guard as a process, asked by an agent that was held up. */
import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import type { StrikeChange } from '../../edge/gpio/strike.ts'
import { startStrikeGuard } from '../../edge/guard/strike-guard.ts'
import { until } from '../harness/until.ts'

/** Longer than an agent may be silent, shorter than it takes to count as one that hangs. */
const HELD_UP_MS = 800

it('releases for an agent whose decision left no room for beats', async () => {
  const guard = await startStrikeGuard({ args: ['simulated'], relock: () => {}, log: silentLog })
  onTestFinished(guard.stop)
  const changes: StrikeChange[] = []
  guard.onStrike((change) => changes.push(change))
  // As a slow disk does: nothing else runs in this process meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_UP_MS)
  guard.release(300)
  await until('the end of the pulse', () => changes.length === 2)
  expect(changes).toEqual([
    { level: 1, reason: 'pulse' },
    { level: 0, reason: 'idle' },
  ])
})
