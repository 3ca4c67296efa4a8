/**
 * Client of the fingerprint module on any byte stream: one command in flight, time-outs, retries only where a second
 * execution is harmless. The protocol numbers nothing, so a late answer could pass for the next one's: after a
 * time-out nothing is believed until `readParameters`, whose answer no other command's resembles, has come through.
 */
import type { Duplex } from 'node:stream'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { type Answer, type CommandName, commands, decodeAnswer, encodeRequest, type Request } from './commands.ts'
import { confirmationName, confirmations, SLOTS_PER_INDEX_PAGE } from './datasheet.ts'
import { createLink } from './link.ts'

/** Why a command failed: `refused` carries the module's code; the others mean that the module cannot be trusted to be there. */
export class SensorError extends Error {
  override readonly name = 'SensorError'
  override readonly cause: 'refused' | 'timeout' | 'malformed' | 'closed'
  readonly code: number | undefined
  constructor(cause: SensorError['cause'], message: string, code?: number) {
    super(message)
    this.cause = cause
    this.code = code
  }
}

export interface SensorOptions {
  readonly clock: Clock
  readonly log: Log
  readonly address: number
  readonly password: number
}

export interface Match {
  readonly slot: number
  /** The module's own figure of likeness, about 50 (weak) to 300. */
  readonly score: number
}

export type Sensor = ReturnType<typeof createSensor>

/**
 * Below this likeness a match is none. Modules report 50 and more for what they call a match at their default level;
 * published logs of genuine touches show 100 to 260.
 */
export const SCORE_MIN = 50
/** Attempts of a harmless command, the first included: a flipped bit is cured by one, a dead module by none. */
const ATTEMPTS_MAX = 3

export function createSensor(stream: Duplex, options: SensorOptions) {
  const link = createLink(stream, options)
  let queue: Promise<unknown> = Promise.resolve()

  /** Runs after everything queued before it, so one command is in flight. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = queue.then(task)
    queue = result.catch(() => undefined) // the caller of that task has its error; the next one starts fresh
    return result
  }

  /** False after a time-out, until an answer that can be no other command's has come through. */
  let inStep = true

  const exchange = async <N extends CommandName>(name: N, request: Request<N>): Promise<Answer<N>> => {
    const { timeoutMs } = commands[name]
    const accepts = acceptances[name] ?? (() => true)
    const payload = await link.exchange(encodeRequest(name, request), { timeoutMs, accepts })
    if (payload === 'closed') throw new SensorError('closed', `port closed during ${name}`)
    if (payload === 'timeout') throw new SensorError('timeout', `no answer to ${name} within ${timeoutMs} ms`)
    const answer = decodeAnswer(name, payload)
    if (!answer) throw new SensorError('malformed', `no answer to ${name} has ${payload.length} bytes`)
    if (answer.values) return answer.values
    throw new SensorError('refused', `${name} refused: ${confirmationName(answer.code)}`, answer.code)
  }
  const attempt = async <N extends CommandName>(name: N, request: Request<N>): Promise<Answer<N>> => {
    if (!inStep && !stepless.includes(name)) await fallInStep()
    try {
      return await exchange(name, request)
    } catch (error) {
      if (error instanceof SensorError && error.cause !== 'refused') inStep = false
      throw error
    }
  }
  async function fallInStep(): Promise<void> {
    try {
      await exchange('readParameters', {})
    } catch (error) {
      if (!(error instanceof SensorError) || error.code !== confirmations.verifyPasswordFirst) throw error
    }
    inStep = true
  }

  /** True when the command may be sent again. */
  async function recovered(name: CommandName, error: unknown): Promise<boolean> {
    if (!(error instanceof SensorError)) return false
    if (error.code === confirmations.verifyPasswordFirst && name !== 'verifyPassword') {
      // A power dip made the module forget; it did not execute the command.
      await attempt('verifyPassword', { password: options.password })
      return true
    }
    if (!commands[name].retryHarmless) return false
    return error.code === confirmations.badPacket || error.cause === 'timeout' || error.cause === 'malformed'
  }

  function send<N extends CommandName>(name: N, request: Request<N>): Promise<Answer<N>> {
    return inTurn(async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await attempt(name, request)
        } catch (error) {
          if (tries >= ATTEMPTS_MAX || !(await recovered(name, error))) throw error
          options.log.debug({ command: name, tries, err: error }, 'sensor command repeated')
        }
      }
    })
  }

  return {
    ...operations(send),
    /** True as soon as the module says it is ready after power-on or a reset; false when it does not. */
    whenReady: (timeoutMs: number) => inTurn(() => link.whenReady(timeoutMs)),
    close: () => link.close(),
  }
}

type Send = <N extends CommandName>(name: N, request: Request<N>) => Promise<Answer<N>>

function operations(send: Send) {
  return {
    send,
    verifyPassword: (password: number) => send('verifyPassword', { password }),
    readParameters: () => send('readParameters', {}),
    handshake: () => send('handshake', {}),
    softReset: () => send('softReset', {}),
    /** 32 bits of the module's own generator: no secret is made of it. */
    randomCode: async () => (await send('randomCode', {})).code,
    setLed: (led: Request<'setLed'>) => send('setLed', led),
    /** Slots that hold a template, among the first `capacity`. */
    async readIndex(capacity: number): Promise<Set<number>> {
      const slots = new Set<number>()
      for (let page = 0; page * SLOTS_PER_INDEX_PAGE < capacity; page += 1) {
        const { used } = await send('readIndex', { page })
        for (const bit of setBits(used)) slots.add(page * SLOTS_PER_INDEX_PAGE + bit)
      }
      return slots
    },
    /** Takes an image of the finger on the glass; `failed` is an image that could not be taken. */
    captureImage: () =>
      verdict(send('captureImage', {}), () => 'captured' as const, {
        [confirmations.noFinger]: 'no-finger' as const,
        [confirmations.captureFailed]: 'failed' as const,
      }),
    /** Turns the image into features in `buffer`; `poor` asks for another touch. */
    extractFeatures: (buffer: number) =>
      verdict(send('extractFeatures', { buffer }), () => 'extracted' as const, {
        [confirmations.tooMessy]: 'poor' as const,
        [confirmations.tooFewPoints]: 'poor' as const,
        [confirmations.noImage]: 'poor' as const,
      }),
    /** The best template like the features in `buffer` among slots `start` to `start + count - 1`. */
    search: (range: Request<'search'>): Promise<Match | 'not-found'> =>
      verdict(send('search', range), (match) => match, { [confirmations.notFound]: 'not-found' as const }),
    /** How alike the features in buffers 1 and 2 are. */
    match: () => verdict(send('match', {}), ({ score }) => score, { [confirmations.differ]: 'differ' as const }),
    /** Makes one template of all buffers, and leaves it in them. Some modules merge unlike fingers: `match` first. */
    mergeFeatures: () =>
      verdict(send('mergeFeatures', {}), () => 'merged' as const, { [confirmations.mergeFailed]: 'differ' as const }),
    /** Content of a notepad page; `unsupported` for a module without one. */
    readNotepad: (page: number) =>
      verdict(send('readNotepad', { page }), ({ content }) => content, {
        [confirmations.unsupported]: 'unsupported' as const,
      }),
    writeNotepad: (page: number, content: Uint8Array) => send('writeNotepad', { page, content }),
  }
}

/** Codes in `expected` are answers, not errors. */
async function verdict<A, T, V>(sent: Promise<A>, ok: (answer: A) => T, expected: Record<number, V>): Promise<T | V> {
  try {
    return ok(await sent)
  } catch (error) {
    const value = error instanceof SensorError && error.code !== undefined ? expected[error.code] : undefined
    if (value === undefined) throw error
    return value
  }
}

const PARAMETERS_BYTES = 17
const refusalsOfParameters: readonly (number | undefined)[] = [
  confirmations.badPacket,
  confirmations.verifyPasswordFirst,
]
/** Sent whatever is still on the line: the one that clears it, and the one for a module that hangs. */
const stepless: readonly CommandName[] = ['readParameters', 'softReset']

const acceptances: { readonly [N in CommandName]?: (payload: Uint8Array) => boolean } = {
  readParameters: isParameters,
  // An R503 may say "bad packet" before its answer to Match. A true one costs the time-out, and Match is sent again.
  match: (payload) => payload[0] !== confirmations.badPacket,
}

/** Anything else is a late answer to an earlier command. */
function isParameters(payload: Uint8Array): boolean {
  return payload.length === PARAMETERS_BYTES || (payload.length === 1 && refusalsOfParameters.includes(payload[0]))
}

function setBits(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => index * 8 + bit),
  )
}
