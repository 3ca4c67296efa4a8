/**
 * Process of the strike guard, started by the door agent: `guard-main.ts BACKEND [STRIKE [FIRE]]`, lines as in
 * SIAGA_GPIO_STRIKE. Exits 78 after `refused …` when the lines cannot be had.
 */
import { openGuardLines } from './gpio/open-guard-lines.ts'
import { runGuard } from './guard/guard.ts'

const EXIT_CONFIG = 78
/** A terminal's Ctrl-C and hang-up reach the whole group: the agent decides then, and its end is this process's end. */
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})

const [backend = '', strike, fire] = process.argv.slice(2)
try {
  const lines = await openGuardLines({ backend, strike, fire })
  process.on('SIGTERM', () => process.exit(0)) // an exit locks
  const monoMs = () => Number(process.hrtime.bigint()) / 1e6
  await runGuard({ lines, input: process.stdin, output: process.stdout, monoMs, isFireTold: backend === 'simulated' })
  process.exit(0)
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  process.stdout.write(`refused ${reason.replaceAll('\n', ' ')}\n`, () => process.exit(EXIT_CONFIG))
}
