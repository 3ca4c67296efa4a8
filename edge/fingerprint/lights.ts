/** What the ring light says at the door, in colours that every firmware of the R503 knows (manual: AuraLedConfig). */
import { ledColours, ledModes } from './datasheet.ts'
import { type Sensor, SensorError } from './sensor.ts'

/**
 * Blue opens, red does not, purple waits (docs/door-card.md). `times` 0 is endless. A duress finger is shown as any
 * other grant.
 */
export const lights = {
  ready: { mode: ledModes.breathe, speed: 100, colour: ledColours.purple, times: 0 },
  /** The finger is being looked at. */
  busy: { mode: ledModes.on, speed: 0, colour: ledColours.purple, times: 0 },
  granted: { mode: ledModes.on, speed: 0, colour: ledColours.blue, times: 0 },
  denied: { mode: ledModes.flash, speed: 25, colour: ledColours.red, times: 3 },
  /** The image was poor, or a second person is asked for. */
  again: { mode: ledModes.flash, speed: 25, colour: ledColours.purple, times: 2 },
  /** Ready, for those alone whose times are unrestricted. */
  'clock-unset': { mode: ledModes.flash, speed: 150, colour: ledColours.purple, times: 0 },
  /** Ready, for those alone who may enter then. */
  lockdown: { mode: ledModes.breathe, speed: 100, colour: ledColours.red, times: 0 },
  /** The door can let in nobody. */
  'out-of-order': { mode: ledModes.on, speed: 0, colour: ledColours.red, times: 0 },
  /** An enrolment waits for the finger. */
  touch: { mode: ledModes.flash, speed: 60, colour: ledColours.blue, times: 0 },
  /** An enrolment waits for the finger to leave. */
  lift: { mode: ledModes.breathe, speed: 100, colour: ledColours.blue, times: 0 },
} as const
export type Light = keyof typeof lights
/** What shows while nobody touches. */
export type RestingLight = Extract<Light, 'ready' | 'clock-unset' | 'lockdown' | 'out-of-order'>

export async function show(sensor: Pick<Sensor, 'setLed'>, light: Light): Promise<void> {
  try {
    await sensor.setLed(lights[light])
  } catch (error) {
    // Optical modules have no coloured light and refuse: nothing to show, and no reason to stop reading.
    if (!(error instanceof SensorError && error.cause === 'refused')) throw error
  }
}
