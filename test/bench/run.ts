/** `npm run bench [name…]`: measures, prints, and keeps the figures under .cache/bench. SIAGA_BENCH_QUICK=1 is a smoke run. */
import { buildWeb } from '../../scripts/build-web.mjs'
import { circumstances, printReport, type Report, writeReport } from './report.ts'

/** Loaded when chosen: a start of one needs nothing of the others. */
const benches: Readonly<Record<string, () => Promise<(quick: boolean) => Promise<Report>>>> = {
  'live-latency': async () => (await import('./live-latency.ts')).liveLatency,
  'durable-throughput': async () => (await import('./durable-throughput.ts')).durableThroughput,
  'decision-latency': async () => (await import('./decision-latency.ts')).decisionLatency,
  idle: async () => (await import('./idle.ts')).idle,
  start: async () => (await import('./start.ts')).startTime,
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(`bench: no ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`)
  process.exit(64) // sysexits.h EX_USAGE
}
// An exit, unlike a signal, runs the hooks that end what was started.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
const quick = process.env['SIAGA_BENCH_QUICK'] === '1'
// Browsers open the built pages; on a fresh clone there are none.
if ((await buildWeb()) !== 0) process.exit(1)
let missed = 0
for (const [name, load] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const facts = circumstances(quick)
  process.stdout.write(`\n== ${name} (load ${facts.startedLoad[0]?.toFixed(1)}${quick ? ', quick' : ''})\n`)
  const measure = await load()
  const report = await measure(quick)
  printReport(report)
  missed += report.goals.filter(({ met }) => !met).length
  process.stdout.write(`        kept in ${writeReport(name, report, facts)}\n`)
}
process.exitCode = missed === 0 ? 0 : 1
