/**
 * `npm run proof -- NAME [--runs N] [--seed N]`: a long proof in full. Prints the seed and the figures; a failure
 * prints the smallest counterexample and exits 1.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { livenessProperties } from './liveness.ts'

const proofs: Readonly<Record<string, Readonly<Record<string, () => fc.IRawProperty<unknown>>>>> = {
  liveness: livenessProperties,
}
const RUNS = 100_000
const EX_USAGE = 64

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: String(RUNS) },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const properties = proofs[positionals[0] ?? '']
if (!properties) {
  process.stderr.write(`usage: npm run proof -- NAME [--runs N] [--seed N]; names: ${Object.keys(proofs).join(', ')}\n`)
  process.exit(EX_USAGE)
}
const numRuns = Number(values.runs)
const seed = Number(values.seed)
let failed = 0
for (const [name, property] of Object.entries(properties)) {
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
