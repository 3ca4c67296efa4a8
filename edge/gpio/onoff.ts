/**
 * Lines over sysfs, through `onoff` 6: for a Raspberry Pi up to 4. The only importer of `onoff`, an optional package
 * whose addon `epoll` no install script builds, so it is loaded when it is chosen.
 */
import type { Gpio } from 'onoff'
import { createDebounce, type Debounce } from './debounce.ts'
import { LinesError } from './lines-error.ts'
import { createListeners } from './listeners.ts'
import { type Edge, type GpioPort, type GuardLines, type InputLine, inputLines } from './port.ts'
import { headerBase } from './sysfs.ts'
import { type InputWiring, type Line, quietMs } from './wiring.ts'

type GpioClass = typeof Gpio

/** @throws LinesError when the package, its addon, the kernel's class or the header's chip is not there. */
export async function openOnoffInputs(wiring: InputWiring, quiet = quietMs): Promise<GpioPort> {
  const open = await loadOnoff()
  const edges = createListeners<Edge>()
  const lines = new Map<InputLine, { gpio: Gpio; debounce: Debounce }>()
  for (const line of inputLines) {
    const wire = wiring[line]
    if (wire === undefined) continue
    const gpio = open(wire, 'in')
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

/** For the strike guard. The strike stays exported when it ends, and so stays driven to where it was put: locked. */
export async function openOnoffGuardLines(strike: Line, fire: Line | undefined): Promise<GuardLines> {
  const open = await loadOnoff()
  const strikeLine = open(strike, 'out')
  const fireLine = fire && open(fire, 'in')
  return {
    setStrike: (level) => strikeLine.writeSync(level),
    readFire: () => fireLine?.readSync() ?? 0,
  }
}

/** How to open a line of the header. */
async function loadOnoff(): Promise<(line: Line, direction: 'in' | 'out') => Gpio> {
  const { Gpio } = await importOnoff()
  const base = headerBase()
  return ({ bcm, activeLow }, direction) => openLine(Gpio, { number: base + bcm, bcm, activeLow, direction })
}

interface LinePlan extends Line {
  readonly number: number
  readonly direction: 'in' | 'out'
}

/**
 * An output starts at its inactive voltage: `high` and `low` set direction and voltage at once, where `out` would pull
 * an active-low relay in. onoff passes over errors on a line that was exported before, so what it did is looked at.
 */
function openLine(Gpio: GpioClass, { number, bcm, activeLow, direction }: LinePlan): Gpio {
  try {
    const gpio =
      direction === 'out'
        ? new Gpio(number, activeLow ? 'high' : 'low', 'none', { activeLow })
        : new Gpio(number, 'in', 'both', { activeLow })
    const isAsWanted = gpio.direction() === direction && gpio.activeLow() === activeLow
    if (isAsWanted && (direction === 'in' ? gpio.edge() === 'both' : gpio.readSync() === 0)) return gpio
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
