/** A simulated door: a fingerprint module on a PTY, a strike and a contact on simulated GPIO, and hands to move them. */
import { setTimeout as delay } from 'node:timers/promises'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { openGpioBench } from './gpio-bench.ts'
import { enrolledFingers, fingers } from './sample-people.ts'

const PRESS_MS = 1_000
/** Working times about as a module of this family has them; together they stay below the second a finger lies there. */
const delaysMs = {
  [instructions.captureImage]: 120,
  [instructions.extractFeatures]: 180,
  [instructions.search]: 90,
}
const STRIKE_POLL_MS = 50

export type DoorMove = 'push' | 'close' | 'force'

export interface DoorBench {
  readonly id: string
  /** For SIAGA_SENSOR. */
  readonly sensorPath: string
  view(): {
    id: string
    name: string
    strike: boolean
    open: boolean
    fingers: { id: string; label: string; expectation: string }[]
  }
  /** Lays a finger on the glass for a second. @returns false for a finger nobody has */
  press(finger: string): boolean
  /** `push` opens only a released door, `force` any. @returns false when the strike holds */
  move(move: DoorMove): boolean
  /** True as soon as the strike releases the door, false when it does not within this time. */
  whenReleased(timeoutMs: number): Promise<boolean>
  close(): void
}

export interface DoorBenchOptions {
  readonly id: string
  readonly name: string
  readonly gpioSocketPath: string
}

export function openDoorBench({ id, name, gpioSocketPath }: DoorBenchOptions): DoorBench {
  const pty = openPty()
  const library = enrolledFingers.map(({ slot, id: finger }) => [slot, finger] as const)
  const sensor = createSensorSimulator(pty.stream, { library, delaysMs })
  const gpio = openGpioBench(gpioSocketPath)
  let lifting: NodeJS.Timeout | undefined

  return {
    id,
    sensorPath: pty.path,
    view: () => ({
      id,
      name,
      strike: gpio.strike,
      open: gpio.open,
      fingers: fingers.map(({ id: finger, label, expectation }) => ({ id: finger, label, expectation })),
    }),
    press(finger) {
      if (!fingers.some((known) => known.id === finger)) return false
      clearTimeout(lifting)
      sensor.press(finger)
      lifting = setTimeout(() => sensor.lift(), PRESS_MS)
      return true
    },
    move(move) {
      if (move === 'push' && !gpio.strike && !gpio.open) return false
      gpio.setOpen(move !== 'close')
      return true
    },
    async whenReleased(timeoutMs) {
      for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += STRIKE_POLL_MS) {
        if (gpio.strike) return true
        await delay(STRIKE_POLL_MS)
      }
      return gpio.strike
    },
    close() {
      clearTimeout(lifting)
      gpio.close()
      sensor.close()
      pty.close()
    },
  }
}
