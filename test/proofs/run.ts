/**
 * `npm run proof -- NAME [--runs N] [--seed N]`: a long proof in full. Prints the seed and the figures; a failure
 * prints the smallest counterexample and exits 1.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { commandProperties } from './commands.ts'
import { livenessProperties } from './liveness.ts'
import { policyProperties } from './policy.ts'
import { proveRelock } from './relock.ts'
import { serialProperties } from './serial.ts'

const proofs: Readonly<Record<string, Readonly<Record<string, () => fc.IRawProperty<unknown>>>>> = {
  liveness: livenessProperties,
  serial: serialProperties,
  commands: commandProperties,
  policy: policyProperties,
}
/** Real processes, cut off: `runs` are cuts. */
const trials: Readonly<Record<string, typeof proveRelock>> = { relock: proveRelock }
const RUNS = 100_000
/** Malformed input is promised for a million (design §4, promise 9). */
const runsByName: Readonly<Record<string, number>> = { serial: 1_000_000, relock: 60 }
const EX_USAGE = 64

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const proof = positionals[0] ?? ''
const [properties, trial] = [proofs[proof], trials[proof]]
if (!properties && !trial) {
  const names = [...Object.keys(proofs), ...Object.keys(trials)].join(', ')
  process.stderr.write(`usage: npm run proof -- NAME [--runs N] [--seed N]; names: ${names}\n`)
  process.exit(EX_USAGE)
}
const numRuns = Number(values.runs ?? runsByName[proof] ?? RUNS)
const seed = Number(values.seed)
if (trial) process.exit((await trial({ numRuns, seed })) ? 0 : 1)
let failed = 0
for (const [name, property] of Object.entries(properties ?? {})) {
  const startedMs = performance.now()
  const result = await fc.check(property(), { numRuns, seed })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  process.stdout.write(
    `${result.failed ? 'FAILED' : 'holds '}  ${name}: ${result.numRuns} runs, seed ${seed}, ${seconds} s\n`,
  )
  if (!result.failed) continue
  failed += 1
  process.stdout.write(`${JSON.stringify(result.counterexample)}\n${String(result.errorInstance)}\n`)
}
process.exit(failed === 0 ? 0 : 1)
