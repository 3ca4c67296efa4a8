/** A simulated door: a fingerprint module on a PTY, a strike and a contact on simulated GPIO, and hands to move them. */
import { setTimeout as delay } from 'node:timers/promises'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import { openSimulatedSensor } from '../../edge/fingerprint/simulated-sensor.ts'
import { openGpioBench } from './gpio-bench.ts'
import { enrolledAt, expectationOf, fingers, type SampleDoor } from './sample-people.ts'

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
  readonly door: SampleDoor
  readonly gpioSocketPath: string
  /** Keeps what the sensor's flash holds from one start to the next. */
  readonly flashPath: string
}

export function openDoorBench({ door, gpioSocketPath, flashPath }: DoorBenchOptions): DoorBench {
  const { id, name } = door
  const library = enrolledAt(door).map(({ slot, id: finger }) => [slot, finger] as const)
  const sensor = openSimulatedSensor(flashPath, { library, delaysMs })
  const gpio = openGpioBench(gpioSocketPath)
  let lifting: NodeJS.Timeout | undefined
  const lift = () => {
    sensor.lift()
    gpio.setTouched(false)
  }

  return {
    id,
    sensorPath: sensor.path,
    view: () => ({
      id,
      name,
      strike: gpio.strike,
      open: gpio.open,
      fingers: fingers.map((finger) => ({
        id: finger.id,
        label: finger.label,
        expectation: expectationOf(finger, door),
      })),
    }),
    press(finger) {
      if (!fingers.some((known) => known.id === finger)) return false
      clearTimeout(lifting)
      sensor.press(finger)
      gpio.setTouched(true)
      lifting = setTimeout(lift, PRESS_MS)
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
    },
  }
}
