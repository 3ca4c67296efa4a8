/** The whole of Siaga on one machine with invented data: what `npm start` runs (through scripts/start.mjs). */
import { fileURLToPath } from 'node:url'
import { runDemo } from './app.ts'
import { parseArguments, usage } from './arguments.ts'
import { readDemoSettings } from './settings.ts'
import { onStopSignals } from './stop-signals.ts'
import { openTerminal } from './terminal.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const terminal = openTerminal(process.stdout, process.env)
const stopping = new AbortController()
const { signal } = stopping
onStopSignals(
  () => {
    terminal.say('Berhenti, menutup semua proses …')
    stopping.abort()
  },
  // Children end with their parent (die-with-parent.ts): leaving at once leaves nothing behind.
  () => process.exit(1),
)
try {
  const { dev, help } = parseArguments(process.argv.slice(2))
  if (help) terminal.print(`${usage}\n`)
  else await runDemo({ root, settings: readDemoSettings(), dev, terminal, signal })
  process.exit(0)
} catch (error) {
  if (signal.aborted) process.exit(0)
  process.stderr.write(`siaga: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
