/**
 * The fingerprint reader at the door: touch → capture → features → search → the caller's verdict → light → lift. It
 * outlives its sensor: whatever fails, the port is closed, the loss reported once, and it tries again for ever.
 */
import type { Duplex } from 'node:stream'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { backoffMs } from '../backoff.ts'
import { boot } from '../fingerprint/boot.ts'
import { defaultAddress } from '../fingerprint/datasheet.ts'
import { type Light, type RestingLight, show } from '../fingerprint/lights.ts'
import type { SensorPower } from '../fingerprint/power.ts'
import { createSensor, type Match, type Sensor, SensorError } from '../fingerprint/sensor.ts'
import type { GpioPort } from '../gpio/port.ts'
import { pause } from '../pause.ts'
import type { Shown } from './agent.ts'
import { createGlass } from './glass.ts'
import { createLooks, type Looks, POLL_MS } from './looks.ts'

export interface ReaderOptions {
  readonly openPort: () => Promise<Duplex>
  readonly password: number
  /** Of the sensor, where a line for that is wired. */
  readonly power?: SensorPower | undefined
  /** The lines, when the sensor's touch line is one of them. */
  readonly touch?: Pick<GpioPort, 'read' | 'onEdge'> | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Decides, records and opens; the answer is only shown on the sensor's light. `touchedAtMs` is monotonic. */
  readonly onTouch: (match: Match | 'not-found', touchedAtMs: number) => Shown
  /** What the light says while nobody touches; asked at each look at the glass. */
  readonly rest: () => RestingLight
  /** Looks at the templates at the start of each session, and each minute. @returns how many there are */
  readonly inspect: (at: SensorInUse) => Promise<number>
  readonly onReady: (sensor: { readonly capacity: number; readonly templates: number }) => void
  /** The glass has not been free for long: wet, or taped over. Told at the first sight of a free one, and at each change. */
  readonly onBlocked: (blocked: boolean) => void
  /** Called once for a loss, not for each failed attempt after it. */
  readonly onLost: () => void
}

/** The sensor, for whoever has it to itself. */
interface SensorInUse {
  readonly sensor: Sensor
  readonly capacity: number
  readonly systemId: number
}

export interface Reader {
  /**
   * Has the sensor to itself between two touches. @throws SensorError `closed` when there is none, or when it is lost
   * meanwhile; Error when too much waits already
   */
  use<T>(task: (at: SensorInUse) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const FEATURES_BUFFER = 1
const INSPECT_EVERY_MS = 60_000
/** An enrolment, a deletion, a look at the templates, and some to spare. */
const TASKS_MAX = 8

export function createReader(options: ReaderOptions): Reader {
  const { signal, abort } = stopper()
  const tasks = createTasks()
  const looks = createLooks(options.touch)
  let sensor: Sensor | undefined
  let state: 'never' | 'ready' | 'lost' = 'never'

  const session = async () => {
    sensor = createSensor(await options.openPort(), { ...options, address: defaultAddress })
    if (signal.aborted) return
    const parameters = await boot(sensor, { password: options.password, powerCycle: options.power?.recover })
    const at = { sensor, capacity: parameters.capacity, systemId: parameters.systemId }
    await greet(at, options)
    options.power?.worked()
    state = 'ready'
    await watch({ at, tasks, looks, signal, options })
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
      tasks.refuse()
      sensor?.close()
      await pause(backoffMs(attempt, options.random()), signal)
    }
  }
  const running = run()
  return {
    use: (task) => {
      if (state !== 'ready') return Promise.reject(noSensor())
      looks.wake()
      return tasks.add(task)
    },
    close: async () => {
      abort()
      looks.close()
      looks.wake()
      sensor?.close()
      await running
      tasks.refuse()
    },
  }
}

function noSensor(): SensorError {
  return new SensorError('closed', 'no sensor is ready')
}

function stopper(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** What waits for the sensor. */
function createTasks() {
  const waiting: { run: (at: SensorInUse) => Promise<void>; refuse: () => void }[] = []
  return {
    add<T>(task: (at: SensorInUse) => Promise<T>): Promise<T> {
      if (waiting.length >= TASKS_MAX) return Promise.reject(new Error('the sensor is busy'))
      return new Promise((resolve, reject) => {
        waiting.push({
          run: async (at) => {
            try {
              resolve(await task(at))
            } catch (error) {
              reject(error)
              if (isLost(error)) throw error
            }
          },
          refuse: () => reject(noSensor()),
        })
      })
    },
    next: () => waiting.shift(),
    refuse: () => {
      for (const task of waiting.splice(0)) task.refuse()
    },
  }
}

/** Such an error ends the session; any other is its task's affair. */
function isLost(error: unknown): boolean {
  return error instanceof SensorError && error.cause !== 'refused'
}

async function greet(at: SensorInUse, options: ReaderOptions): Promise<void> {
  const templates = await inspect(at, options)
  options.onReady({ capacity: at.capacity, templates })
}

/** A full disk keeps nobody from being read; the next look tries again. */
async function inspect(at: SensorInUse, options: ReaderOptions): Promise<number> {
  try {
    return await options.inspect(at)
  } catch (error) {
    if (error instanceof SensorError) throw error
    options.log.error({ err: error }, 'templates not looked at: check the disk of the door')
    return 0
  }
}

/** A look at the templates each minute, from now on. */
function createRounds(at: SensorInUse, options: ReaderOptions): (nowMs: number) => Promise<void> {
  let inspectedMs = options.clock.monoMs()
  return async (nowMs) => {
    if (nowMs - inspectedMs < INSPECT_EVERY_MS) return
    await inspect(at, options)
    inspectedMs = nowMs
  }
}

interface Watch {
  readonly at: SensorInUse
  readonly tasks: ReturnType<typeof createTasks>
  readonly looks: Looks
  readonly signal: AbortSignal
  readonly options: ReaderOptions
}

async function watch({ at, tasks, looks, signal, options }: Watch): Promise<void> {
  const { clock, onTouch } = options
  const { sensor } = at
  const light = createLight(sensor, options.rest)
  const inspectWhenDue = createRounds(at, options)
  const glass = createGlass(clock.monoMs(), options.onBlocked)
  while (!signal.aborted) {
    if (await work(at, tasks)) {
      light.changed()
      glass.looksAgain(clock.monoMs())
    }
    const touchedAtMs = clock.monoMs()
    if (glass.saw(await sensor.captureImage(), touchedAtMs)) {
      await light.show('busy')
      const match = await identify(sensor, at.capacity)
      glass.judged(match === 'poor' ? 'poor' : 'decided')
      await light.show(match === 'poor' ? 'again' : onTouch(match, touchedAtMs))
    } else await inspectWhenDue(touchedAtMs)
    // As soon as the glass is free, so that the next touch need not wait for it.
    if (!glass.isWaiting) await light.rest()
    await (glass.isWaiting ? pause(POLL_MS, signal) : looks.next())
  }
}

/** @returns whether there was any. */
async function work(at: SensorInUse, tasks: Watch['tasks']): Promise<boolean> {
  let worked = false
  for (let task = tasks.next(); task; task = tasks.next()) {
    worked = true
    await task.run(at)
  }
  return worked
}

/** The light of one session: asks the module only for what it does not show yet. */
function createLight(sensor: Sensor, rest: () => RestingLight) {
  let shown: Light | undefined
  const showLight = async (light: Light) => {
    if (light === shown) return
    shown = light
    await show(sensor, light)
  }
  return {
    show: showLight,
    rest: () => showLight(rest()),
    /** Somebody else has used it, as an enrolment does. */
    changed: () => {
      shown = undefined
    },
  }
}

async function identify(sensor: Sensor, capacity: number): Promise<Match | 'not-found' | 'poor'> {
  if ((await sensor.extractFeatures(FEATURES_BUFFER)) === 'poor') return 'poor'
  return sensor.search({ buffer: FEATURES_BUFFER, start: 0, count: capacity })
}
