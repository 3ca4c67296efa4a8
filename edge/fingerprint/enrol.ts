/**
 * Makes a template of a finger, step by step: touches, duplicate search, Match before RegModel (some modules merge two
 * different fingers without complaint), Store, a last touch that must find the new slot. Whatever fails is cleaned up.
 */
import { pause } from '../pause.ts'
import { ZFM_SYSTEM_ID } from './datasheet.ts'
import { deleteTemplate, storeTemplate } from './library.ts'
import { show } from './lights.ts'
import { type Match, SCORE_MIN, type Sensor } from './sensor.ts'

type EnrolFailure =
  | 'duplicate' // the finger is in the library already
  | 'differ' // the touches are not of one finger
  | 'timeout' // nobody laid a finger on
  | 'cancelled'
  | 'not-stored'
  | 'not-verified' // stored, but the last touch did not find it

export type EnrolStep =
  /** Lay the finger on: touch number `touch` of `touches`, the last of which verifies. */
  | { readonly step: 'touch'; readonly touch: number; readonly touches: number }
  | { readonly step: 'lift'; readonly touch: number; readonly touches: number }
  /** The image was poor: the same touch once more. */
  | { readonly step: 'again'; readonly touch: number; readonly touches: number }
  /** `quality` is the module's figure of likeness of the last touch. */
  | { readonly step: 'done'; readonly quality: number }
  /** `clean` is false when a template may be left in the slot: the index could not prove it empty. */
  | { readonly step: 'failed'; readonly reason: EnrolFailure; readonly clean: boolean }

export interface EnrolOptions {
  readonly sensor: Sensor
  readonly capacity: number
  readonly systemId: number
  /** Proven empty by the index. */
  readonly slot: number
  readonly signal: AbortSignal
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
}

/** An optical module has two feature buffers; an R503 has six, and more touches make a better template. */
const TOUCHES_TWO_BUFFERS = 2
const TOUCHES_MANY_BUFFERS = 4
const FINGER_WITHIN_MS = 30_000
const POLL_MS = 100

/** @throws SensorError when the module is lost; the slot is then unknown and the caller's to look at. */
export async function* enrol(options: EnrolOptions): AsyncGenerator<EnrolStep, void, void> {
  const { sensor, slot, capacity } = options
  const features = options.systemId === ZFM_SYSTEM_ID ? TOUCHES_TWO_BUFFERS : TOUCHES_MANY_BUFFERS
  let stored = false
  try {
    await untilLifted(options) // who lies there came for something else
    yield* takeFeatures(options, features)
    if ((await sensor.mergeFeatures()) === 'differ') throw new Abandoned('differ')
    stored = true // from here on a template may be in the slot
    if (!(await storeTemplate(sensor, slot, capacity))) throw new Abandoned('not-stored')
    const found = yield* verify(options, features + 1)
    if (found === 'not-found' || found.slot !== slot) throw new Abandoned('not-verified')
    await glassFree(options)
    yield { step: 'done', quality: found.score }
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error
    const clean = !stored || (await deleteTemplate(sensor, slot, capacity))
    await glassFree(options)
    yield { step: 'failed', reason: error.reason, clean }
  }
}

class Abandoned extends Error {
  override readonly name = 'Abandoned'
  readonly reason: EnrolFailure
  constructor(reason: EnrolFailure) {
    super(reason)
    this.reason = reason
  }
}

/**
 * Match compares buffers 1 and 2 only, so each later touch is extracted to buffer 2 and compared with the first, then
 * extracted once more to a buffer of its own; the last one stays in buffer 2. Buffers 1 to `features` are all filled.
 */
async function* takeFeatures(options: EnrolOptions, features: number): AsyncGenerator<EnrolStep, void, void> {
  const { sensor } = options
  for (let touch = 1; touch <= features; touch += 1) {
    const at = { touch, touches: features + 1 }
    yield* takeTouch(options, { ...at, buffer: touch === 1 ? 1 : 2 })
    if (touch === 1) await refuseKnownFinger(options)
    else if ((await sensor.match()) === 'differ') throw new Abandoned('differ')
    if (touch > 1 && touch < features) await sensor.extractFeatures(touch + 1)
    yield* lifted(options, at)
  }
}

async function refuseKnownFinger({ sensor, capacity }: EnrolOptions): Promise<void> {
  const known = await sensor.search({ buffer: 1, start: 0, count: capacity })
  if (known !== 'not-found' && known.score >= SCORE_MIN) throw new Abandoned('duplicate')
}

async function* verify(options: EnrolOptions, touches: number): AsyncGenerator<EnrolStep, Match | 'not-found', void> {
  yield* takeTouch(options, { touch: touches, touches, buffer: 1 })
  const found = await options.sensor.search({ buffer: 1, start: 0, count: options.capacity })
  yield { step: 'lift', touch: touches, touches }
  return found
}

/** Waits for the finger to leave, a while: the last touch of an enrolment must not be the first of an entry. */
async function glassFree({ sensor, nowMs }: EnrolOptions): Promise<void> {
  const deadlineMs = nowMs() + FINGER_WITHIN_MS
  const { signal } = new AbortController()
  while ((await sensor.captureImage()) !== 'no-finger' && nowMs() < deadlineMs) await pause(POLL_MS, signal)
}

interface Touch {
  readonly touch: number
  readonly touches: number
}

/** Waits for a finger whose image gives features, and leaves them in `buffer`. */
async function* takeTouch(
  options: EnrolOptions,
  { buffer, ...at }: Touch & { buffer: number },
): AsyncGenerator<EnrolStep, void, void> {
  yield { step: 'touch', ...at }
  for (;;) {
    await show(options.sensor, 'touch')
    await until(options, async () => (await options.sensor.captureImage()) === 'captured')
    if ((await options.sensor.extractFeatures(buffer)) === 'extracted') return
    await show(options.sensor, 'again')
    yield { step: 'again', ...at }
    await untilLifted(options)
  }
}

async function* lifted(options: EnrolOptions, at: Touch): AsyncGenerator<EnrolStep, void, void> {
  yield { step: 'lift', ...at }
  await show(options.sensor, 'lift')
  await untilLifted(options)
}

function untilLifted(options: EnrolOptions): Promise<void> {
  return until(options, async () => (await options.sensor.captureImage()) === 'no-finger')
}

/** @throws Abandoned after 30 s, or when the enrolment is cancelled. */
async function until({ signal, nowMs }: EnrolOptions, look: () => Promise<boolean>): Promise<void> {
  const deadlineMs = nowMs() + FINGER_WITHIN_MS
  for (;;) {
    if (signal.aborted) throw new Abandoned('cancelled')
    if (await look()) return
    if (nowMs() >= deadlineMs) throw new Abandoned('timeout')
    await pause(POLL_MS, signal)
  }
}
