/**
 * The inputs of a door through the onoff backend, and nothing else: each level at start and each edge is a JSON line on
 * standard output. Argument: the wiring, as JSON of edge/gpio/wiring.ts. SIGTERM closes.
 */
import { openOnoffInputs } from '../../../edge/gpio/onoff.ts'
import { inputLines } from '../../../edge/gpio/port.ts'

const say = (words: unknown) => void process.stdout.write(`${JSON.stringify(words)}\n`)
const wiring = JSON.parse(process.argv[2] ?? '{}')
const gpio = await openOnoffInputs(wiring)
gpio.onEdge(say)
say({ levels: Object.fromEntries(inputLines.filter((line) => wiring[line]).map((line) => [line, gpio.read(line)])) })
process.on('SIGTERM', async () => {
  await gpio.close()
  process.exit(0)
})
