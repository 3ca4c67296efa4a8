/**
 * Lines over sysfs, through `onoff` 6: for a Raspberry Pi up to 4. The only importer of `onoff`, an optional package
 * whose addon `epoll` no install script builds, so it is loaded when it is chosen.
 */
import type { Gpio } from 'onoff'
import { createDebounce, type Debounce } from './debounce.ts'
import { LinesError } from './lines-error.ts'
import { createListeners } from './listeners.ts'
import {
  type Edge,
  type GpioPort,
  type GuardLines,
  type InputLine,
  inputLines,
  type Level,
  type OutputLine,
  type OutputPort,
  outputLines,
  restLevels,
} from './port.ts'
import { headerBase } from './sysfs.ts'
import { type InputWiring, type Line, type OutputWiring, quietMs } from './wiring.ts'

type GpioClass = typeof Gpio

/** @throws LinesError when the package, its addon, the kernel's class or the header's chip is not there. */
export async function openOnoffInputs(wiring: InputWiring, quiet = quietMs): Promise<GpioPort> {
  const open = await loadOnoff()
  const edges = createListeners<Edge>()
  const lines = new Map<InputLine, { gpio: Gpio; debounce: Debounce }>()
  for (const line of inputLines) {
    const wire = wiring[line]
    if (wire === undefined) continue
    const gpio = open({ ...wire, direction: 'in' })
    const onLevel = (level: 0 | 1) => edges.tell({ line, level })
    const debounce = createDebounce({ read: () => gpio.readSync(), quietMs: quiet[line], onLevel })
    // A failed read of the value is thrown by the library; what it passes on as an error is never set.
    gpio.watch(() => debounce.moved())
    lines.set(line, { gpio, debounce })
  }
  return {
    read: (line) => lines.get(line)?.debounce.level() ?? 0,
    onEdge: edges.add,
    close: async () => {
      for (const { gpio, debounce } of lines.values()) {
        debounce.close()
        gpio.unexport()
      }
    },
  }
}

/** They stay exported when the agent ends, and so stay driven to where they were put: at rest. */
export async function openOnoffOutputs(wiring: OutputWiring): Promise<OutputPort> {
  const open = await loadOnoff()
  const lines = new Map<OutputLine, Gpio>()
  for (const line of outputLines) {
    const wire = wiring[line]
    if (wire) lines.set(line, open({ ...wire, direction: 'out', rest: restLevels[line] }))
  }
  return {
    write: (line, level) => lines.get(line)?.writeSync(level),
    close: () => {
      for (const [line, gpio] of lines) gpio.writeSync(restLevels[line])
    },
  }
}

/** For the strike guard. The strike stays exported when it ends, and so stays driven to where it was put: locked. */
export async function openOnoffGuardLines(strike: Line, fire: Line | undefined): Promise<GuardLines> {
  const open = await loadOnoff()
  const strikeLine = open({ ...strike, direction: 'out', rest: 0 })
  const fireLine = fire && open({ ...fire, direction: 'in' })
  return {
    setStrike: (level) => strikeLine.writeSync(level),
    readFire: () => fireLine?.readSync() ?? 0,
  }
}

/** How to open a line of the header. */
async function loadOnoff(): Promise<(line: LinePlan) => Gpio> {
  const { Gpio } = await importOnoff()
  const base = headerBase()
  return (line) => openLine(Gpio, base + line.bcm, line)
}

type LinePlan = Line & ({ readonly direction: 'in' } | { readonly direction: 'out'; readonly rest: Level })

/**
 * An output starts at the voltage of its rest: `high` and `low` set direction and voltage at once, where `out` would pull
 * an active-low relay in. onoff passes over errors on a line that was exported before, so what it did is looked at.
 */
function openLine(Gpio: GpioClass, number: number, line: LinePlan): Gpio {
  const { bcm, activeLow, direction } = line
  try {
    const gpio =
      line.direction === 'out'
        ? new Gpio(number, (line.rest === 1) === activeLow ? 'low' : 'high', 'none', { activeLow })
        : new Gpio(number, 'in', 'both', { activeLow })
    const isAsWanted = gpio.direction() === direction && gpio.activeLow() === activeLow
    if (isAsWanted && (line.direction === 'in' ? gpio.edge() === 'both' : gpio.readSync() === line.rest)) return gpio
  } catch (error) {
    throw new LinesError(`GPIO${bcm} (sysfs number ${number}) cannot be opened: ${reasonOf(error)}`)
  }
  throw new LinesError(
    `GPIO${bcm} (sysfs number ${number}) did not take its settings: another program may hold it. Look into /sys/class/gpio/gpio${number}.`,
  )
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  if (code === 'EBUSY') return `${message}. Another program holds the line: gpioinfo names it.`
  if (code === 'EACCES') return `${message}. Put the user of the door agent into the group gpio.`
  return message
}

async function importOnoff(): Promise<{ Gpio: GpioClass }> {
  try {
    return await import('onoff')
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    const nodeDir = `$PWD/node_modules/node-linux-${process.arch}`
    throw new LinesError(
      `SIAGA_GPIO is "onoff", which cannot be loaded (${reason}). Install it with: npm ci --include=optional; then build its addon with: npm run build:gpio (which runs: cd node_modules/epoll && node-gyp rebuild --nodedir=${nodeDir}).`,
    )
  }
}
