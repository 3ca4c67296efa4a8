/**
 * `npm run proof -- NAME [--runs N] [--seed N]`: a long proof in full. Prints the seed and the figures; a failure
 * prints the smallest counterexample and exits 1.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { commandProperties } from './commands.ts'
import { proveHttpFuzz } from './http-fuzz.ts'
import { livenessProperties } from './liveness.ts'
import { proveMqttFuzz } from './mqtt-fuzz.ts'
import { proveMqttLoad } from './mqtt-load-report.ts'
import { proveOutbox } from './outbox.ts'
import { policyProperties } from './policy.ts'
import type { ProofSize } from './proof-size.ts'
import { proveRelock } from './relock.ts'
import { serialProperties } from './serial.ts'
import { proveLiveFuzz } from './socketio-fuzz.ts'

type Prove = (size: ProofSize) => Promise<boolean>

const RUNS = 100_000
/** Each with its runs when none are asked for. */
const proofs: Readonly<Record<string, readonly [Prove, number]>> = {
  liveness: [holding(livenessProperties), RUNS],
  // Malformed input is promised for a million (design §4, promise 9).
  serial: [holding(serialProperties), 1_000_000],
  'mqtt-fuzz': [proveMqttFuzz, 1_000_000],
  'http-fuzz': [proveHttpFuzz, 1_000_000],
  'socketio-fuzz': [proveLiveFuzz, 1_000_000],
  commands: [holding(commandProperties), RUNS],
  policy: [holding(policyProperties), RUNS],
  // With real processes: runs are devices, events, or cuts.
  'mqtt-load': [proveMqttLoad, 5_000],
  outbox: [proveOutbox, RUNS],
  relock: [proveRelock, 60],
}
const EX_USAGE = 64

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const chosen = proofs[positionals[0] ?? '']
if (!chosen) {
  const names = Object.keys(proofs).join(', ')
  process.stderr.write(`usage: npm run proof -- NAME [--runs N] [--seed N]; names: ${names}\n`)
  process.exit(EX_USAGE)
}
// An exit, unlike a signal, runs the hooks that end what was started.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
const [prove, runs] = chosen
process.exit((await prove({ numRuns: Number(values.runs ?? runs), seed: Number(values.seed) })) ? 0 : 1)

function holding(properties: Readonly<Record<string, () => fc.IRawProperty<unknown>>>): Prove {
  return async (size) => {
    let allHeld = true
    for (const [name, property] of Object.entries(properties)) {
      const startedMs = performance.now()
      const { failed, numRuns, seed, counterexample, errorInstance } = await fc.check(property(), size)
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      process.stdout.write(`${failed ? 'FAILED' : 'holds '}  ${name}: ${numRuns} runs, seed ${seed}, ${seconds} s\n`)
      if (!failed) continue
      allHeld = false
      process.stdout.write(`${JSON.stringify(counterexample)}\n${String(errorInstance)}\n`)
    }
    return allHeld
  }
}
