/**
 * Locks the strike and ends: what systemd runs whenever the door agent has ended (deploy/siaga-door.service).
 * `relock-main.ts BACKEND STRIKE`, as SIAGA_GPIO and SIAGA_GPIO_STRIKE. It counts by the second, so it loads no settings.
 */
import { gpioBackends } from './gpio/backends.ts'
import { openRelock } from './gpio/relock.ts'
import { parseLine } from './gpio/wiring.ts'

const EXIT_USAGE = 64

const [name, text] = process.argv.slice(2)
const backend = gpioBackends.find((each) => each === name)
const strike = parseLine(text ?? '')
if (backend && strike) (await openRelock(backend, strike))()
else {
  const given = `backend "${name ?? ''}", strike "${text ?? ''}"`
  process.stderr.write(`relock: ${given}: expected one of ${gpioBackends.join(', ')}, and a BCM number, as 17 or 17!\n`)
  process.exitCode = EXIT_USAGE
}
