/**
 * All tests in one go, on the pinned Node: system packages, static checks, web build, every vitest project. The last
 * line is the sum, e.g. `412 passed, 0 failed`. With arguments (filters of test files) only the tests they match run.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import { buildWeb } from './build-web.mjs'
import { root } from './install.mjs'
import { captureChild, runChild } from './run-child.mjs'
import { installSystemPackages } from './system-packages.mjs'
import { addTallies, describeTally, nothing, strict, type Tally, tallyVitest } from './tally.ts'

const staticChecks = ['check:format', 'check:types', 'check:rules', 'check:dead']
const reportFile = join(root, '.cache', 'test-report.json')

const { CI } = process.env
const ci = CI !== undefined && !['', '0', 'false'].includes(CI)
const filters = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

const missing = await installSystemPackages()
if (missing.length > 0) say(`WITHOUT ${missing.join(', ')}: tests that need them are ${ci ? 'failures' : 'skipped'}.`)

if (filters.length > 0) say('Filters given: the static checks are left out (npm run verify runs them).')
const checks = filters.length > 0 ? nothing : await runStaticChecks()
const web = (await buildWeb()) === 0 ? nothing : { ...nothing, failed: 1 }
const tests = await runVitest()

const sum = strict([checks, web, tests].reduce(addTallies), ci)
if (ci && tests.skipped > 0) say(`CI is set: ${tests.skipped} skipped tests count as failed.`)
say('')
say(describeTally(sum))
process.exitCode = sum.failed > 0 ? 1 : 0

/** All at once: each is one program on one core, and together they take as long as the slowest two. */
async function runStaticChecks(): Promise<Tally> {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
  const tallies = await Promise.all(
    staticChecks.map(async (name) => {
      const startedMs = performance.now()
      const { code, output } = await captureChild('sh', ['-c', scripts[name] ?? `echo no script ${name}; exit 1`], {
        cwd: root,
        env: { ...process.env, PATH: path, NO_COLOR: '1' },
      })
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      say(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)${code === 0 ? '' : `\n${output}`}`)
      return code === 0 ? { ...nothing, passed: 1 } : { ...nothing, failed: 1 }
    }),
  )
  return tallies.reduce(addTallies, nothing)
}

async function runVitest(): Promise<Tally> {
  mkdirSync(dirname(reportFile), { recursive: true })
  rmSync(reportFile, { force: true })
  const code = await runChild(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...filters,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  return tallyVitest(readReport(), code)
}

function readReport(): unknown {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'))
  } catch {
    return undefined // vitest died before it wrote one; the tally counts that as a failure
  }
}
