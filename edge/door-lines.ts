/** All lines of a door: inputs and small outputs in this process, the strike (and the fire panel) in the strike guard's. */
import type { Log } from '#runtime/log.ts'
import { SettingsError } from '#runtime/settings.ts'
import type { GpioBackend } from './gpio/backends.ts'
import { LinesError } from './gpio/lines-error.ts'
import { createListeners } from './gpio/listeners.ts'
import { type Edge, type GpioPort, type Level, type OutputPort, outputLines, restLevels } from './gpio/port.ts'
import { openRelock } from './gpio/relock.ts'
import { openSimulatedGpio, type SimulatedGpio } from './gpio/simulated.ts'
import { formatLine, type Line, sharedPin, type Wiring } from './gpio/wiring.ts'
import { type StrikeGuard, startStrikeGuard } from './guard/strike-guard.ts'

export interface DoorLinesOptions {
  readonly backend: GpioBackend
  readonly wiring: Wiring
  /** Unix socket over which a bench drives simulated lines. */
  readonly simulatedSocket?: string | undefined
  readonly log: Log
}

export interface DoorLines {
  readonly gpio: GpioPort
  readonly outputs: OutputPort
  readonly strike: StrikeGuard
  /** Ends the guard, locked, then puts the outputs to rest, then ends the inputs. */
  close(): Promise<void>
}

/** The strike is locked and guarded when this resolves. @throws SettingsError when lines cannot be had, with what to do */
export async function openDoorLines(options: DoorLinesOptions): Promise<DoorLines> {
  try {
    return options.backend === 'simulated' ? await openSimulated(options) : await openReal(options.backend, options)
  } catch (error) {
    throw error instanceof LinesError ? new SettingsError(error.message) : error
  }
}

/** The guard is a real process; what it does with the strike shows on the simulated line, so the same code is in use. */
async function openSimulated({ simulatedSocket, log }: DoorLinesOptions): Promise<DoorLines> {
  const gpio = await openSimulatedGpio(simulatedSocket)
  try {
    const strike = await startStrikeGuard({ args: ['simulated'], relock: () => gpio.setStrike(0), log })
    strike.onStrike(({ level }) => gpio.setStrike(level))
    strike.onReady((ready) => {
      if (ready) strike.tellFire(gpio.read('fire'))
    })
    gpio.onEdge(({ line, level }) => {
      if (line === 'fire') strike.tellFire(level)
    })
    const outputs = outputsOf(gpio)
    const close = async () => {
      await strike.stop()
      outputs.close()
      await gpio.close()
    }
    return { gpio, outputs, strike, close }
  } catch (error) {
    await gpio.close()
    throw error
  }
}

/** Simulated lines end with the process, so there is nothing to let go of. */
function outputsOf(gpio: SimulatedGpio): OutputPort {
  return {
    write: gpio.write,
    close: () => {
      for (const line of outputLines) gpio.write(line, restLevels[line])
    },
  }
}

async function openReal(backend: 'onoff' | 'cdev', { wiring, log }: DoorLinesOptions): Promise<DoorLines> {
  const { strike: strikeLine, fire, sensorPower, buzzer, ...inputs } = checked(wiring)
  const { openInputs, openOutputs } = await driverOf(backend)
  await using opened = new AsyncDisposableStack()
  const port = opened.adopt(await openInputs(inputs), (each) => each.close())
  const outputs = opened.adopt(await openOutputs({ sensorPower, buzzer }), (each) => each.close())
  const args = [backend, formatLine(strikeLine), ...(fire ? [formatLine(fire)] : [])]
  const relock = await openRelock(backend, strikeLine)
  const strike = opened.adopt(await startStrikeGuard({ args, relock, log }), (each) => each.stop())
  const running = opened.move()
  return { gpio: withFire(port, strike), outputs, strike, close: () => running.disposeAsync() }
}

function checked(wiring: Wiring): Wiring & { readonly strike: Line } {
  const { strike, contact } = wiring
  const shared = sharedPin(wiring)
  if (shared) throw new LinesError(`${shared}: each line needs a pin of its own.`)
  if (strike && contact) return { ...wiring, strike }
  throw new LinesError(
    'A real door needs SIAGA_GPIO_STRIKE and SIAGA_GPIO_CONTACT: BCM numbers, for example 17 and 27 (17! for a relay that pulls in while its input is low).',
  )
}

/** Loads the driver in use, and no other. */
async function driverOf(backend: 'onoff' | 'cdev') {
  if (backend === 'onoff') {
    const { openOnoffInputs, openOnoffOutputs } = await import('./gpio/onoff.ts')
    return { openInputs: openOnoffInputs, openOutputs: openOnoffOutputs }
  }
  const { openCdevInputs, openCdevOutputs } = await import('./gpio/cdev.ts')
  return { openInputs: openCdevInputs, openOutputs: openCdevOutputs }
}

/** The guard holds the fire line, so that it releases the door without the agent; here it is an input like the others. */
function withFire(port: GpioPort, strike: StrikeGuard): GpioPort {
  let fire: Level = 0
  const edges = createListeners<Edge>()
  const silence = [
    port.onEdge(edges.tell),
    strike.onFire((level) => {
      fire = level
      edges.tell({ line: 'fire', level })
    }),
  ]
  return {
    read: (line) => (line === 'fire' ? fire : port.read(line)),
    onEdge: edges.add,
    close: async () => {
      for (const each of silence) each()
      await port.close()
    },
  }
}
