/**
 * The fingerprint reader at the door: touch → capture → features → search → the caller's verdict → light → lift. It
 * outlives its sensor: whatever fails, the port is closed, the loss reported once, and it tries again for ever.
 */
import type { Duplex } from 'node:stream'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { backoffMs } from '../backoff.ts'
import { defaultAddress, ledColours, ledModes } from '../fingerprint/datasheet.ts'
import { createSensor, type Match, type Sensor, SensorError } from '../fingerprint/sensor.ts'
import { pause } from '../pause.ts'

export interface ReaderOptions {
  readonly openPort: () => Promise<Duplex>
  readonly password: number
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Decides, records and opens; the answer is only shown on the sensor's light. `touchedAtMs` is monotonic. */
  readonly onTouch: (match: Match | 'not-found', touchedAtMs: number) => 'granted' | 'denied'
  readonly onReady: (sensor: { readonly capacity: number; readonly templates: number }) => void
  /** Called once for a loss, not for each failed attempt after it. */
  readonly onLost: () => void
}

export interface Reader {
  close(): Promise<void>
}

/** Pause between looks at the glass: a touch waits half of it on average. */
const POLL_MS = 100
/**
 * Below this likeness a match is none. Modules report 50 and more for what they call a match at their default level;
 * published logs of genuine touches show 100 to 260.
 */
const SCORE_MIN = 50
const FEATURES_BUFFER = 1

/** Colours that every firmware of the R503 knows. `times` 0 is endless. */
const lights = {
  idle: { mode: ledModes.breathe, speed: 100, colour: ledColours.purple, times: 0 },
  granted: { mode: ledModes.on, speed: 0, colour: ledColours.blue, times: 0 },
  denied: { mode: ledModes.flash, speed: 25, colour: ledColours.red, times: 3 },
  again: { mode: ledModes.flash, speed: 25, colour: ledColours.purple, times: 2 },
} as const

export function createReader(options: ReaderOptions): Reader {
  const { signal, abort } = stopper()
  let sensor: Sensor | undefined
  let state: 'never' | 'ready' | 'lost' = 'never'

  const session = async () => {
    sensor = createSensor(await options.openPort(), { ...options, address: defaultAddress })
    if (signal.aborted) return
    const capacity = await greet(sensor, options)
    state = 'ready'
    await watch({ sensor, capacity, signal, onTouch: options.onTouch, clock: options.clock })
  }
  /** @returns whether it had worked before it failed. */
  const failed = (error: unknown): boolean => {
    const worked = state === 'ready'
    options.log.warn({ err: error }, 'no working sensor')
    if (state !== 'lost') options.onLost()
    state = 'lost'
    return worked
  }
  const run = async () => {
    let attempt = 0
    while (!signal.aborted) {
      try {
        await session()
      } catch (error) {
        if (!signal.aborted) attempt = failed(error) ? 0 : attempt + 1
      }
      sensor?.close()
      await pause(backoffMs(attempt, options.random()), signal)
    }
  }
  const running = run()
  return {
    close: async () => {
      abort()
      sensor?.close()
      await running
    },
  }
}

function stopper(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** Makes sure that a sensor answers and is ours. @returns its capacity in templates. */
async function greet(sensor: Sensor, { password, onReady }: ReaderOptions): Promise<number> {
  await sensor.verifyPassword(password)
  const { capacity } = await sensor.readParameters()
  const templates = await sensor.readIndex(capacity)
  await show(sensor, 'idle')
  onReady({ capacity, templates: templates.size })
  return capacity
}

interface Watch {
  readonly sensor: Sensor
  readonly capacity: number
  readonly signal: AbortSignal
  readonly onTouch: ReaderOptions['onTouch']
  readonly clock: Clock
}

async function watch({ sensor, capacity, signal, onTouch, clock }: Watch): Promise<void> {
  while (!signal.aborted) {
    const touchedAtMs = clock.monoMs()
    if ((await sensor.captureImage()) !== 'captured') {
      await pause(POLL_MS, signal)
      continue
    }
    const match = await identify(sensor, capacity)
    await show(sensor, match === 'poor' ? 'again' : onTouch(match, touchedAtMs))
    // The same finger must leave before the next try, or one touch would be many decisions.
    while (!signal.aborted && (await sensor.captureImage()) !== 'no-finger') await pause(POLL_MS, signal)
    await show(sensor, 'idle')
  }
}

async function identify(sensor: Sensor, capacity: number): Promise<Match | 'not-found' | 'poor'> {
  if ((await sensor.extractFeatures(FEATURES_BUFFER)) === 'poor') return 'poor'
  const match = await sensor.search({ buffer: FEATURES_BUFFER, start: 0, count: capacity })
  return match !== 'not-found' && match.score < SCORE_MIN ? 'not-found' : match
}

async function show(sensor: Sensor, light: keyof typeof lights): Promise<void> {
  try {
    await sensor.setLed(lights[light])
  } catch (error) {
    // Optical modules have no coloured light and refuse: nothing to show, and no reason to stop reading.
    if (!(error instanceof SensorError && error.cause === 'refused')) throw error
  }
}
