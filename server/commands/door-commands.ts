/**
 * Commands to doors, as the server gives them (design §3.3): asks for a challenge, waits for it in the journal, signs,
 * publishes, and follows the replies. One command at a time has a door's sensor; the lock is there for everybody, always.
 * A door that is away is refused at once; nothing is kept for later.
 */
import { encode } from '#contract/codec.ts'
import type { CommandBody, CommandKind, CommandRequest } from '#contract/command.ts'
import { topicName } from '#contract/topics.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { SigningKey } from '../access/signing-key.ts'
import { createTurns } from '../turns.ts'
import { createCommandRate } from './command-rate.ts'
import { type CommandView, createExchanges, type Exchange, type Exchanges } from './exchanges.ts'

/** Why a command was not even sent. */
export type Refusal = 'unknown-door' | 'offline' | 'busy' | 'rate' | 'broker' | 'no-challenge' | 'right-lost'

type Sent = { readonly ok: true; readonly command: CommandView } | { readonly ok: false; readonly refusal: Refusal }

/** Who gives a command. */
interface Commander {
  readonly actor: string
  /** Asked right before it is signed: between asking and signing the door has some seconds for its challenge. */
  readonly mayStill: () => boolean
}

export interface DoorCommands extends Pick<Exchanges, 'view' | 'passed'> {
  /**
   * Gives the command. Resolves with the door's last word, or after 10 s with what it said by then: an enrolment goes
   * on, and `view` tells how.
   */
  give(door: string, request: CommandRequest, by: Commander): Promise<Sent>
  close(): void
}

export interface DoorCommandOptions {
  readonly publish: (topic: string, payload: string) => Promise<void>
  readonly key: SigningKey
  /** Undefined for a door that is not registered. */
  readonly isOnline: (door: string) => boolean | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Broker, journal and door need some milliseconds; past this the door is not there after all. */
const CHALLENGE_WITHIN_MS = 5_000
/** How long whoever asked is kept waiting for the last word. */
const PATIENCE_MS = 10_000
/** Afterwards nothing more is to be expected. */
const LAST_WORD_WITHIN_MS = 60_000
/** Five touches and five lifts of half a minute each (edge/fingerprint/enrol.ts), and the sensor's own time. */
const ENROLLED_WITHIN_MS = 330_000
/** Commands that need the sensor to themselves. */
const atSensor: readonly CommandKind[] = ['enrol', 'delete', 'pair-sensor']

export function createDoorCommands(options: DoorCommandOptions): DoorCommands {
  const { clock, key, log, publish } = options
  const exchanges = createExchanges()
  const rate = createCommandRate()
  const waits = createWaits()
  // At most as many wait as the rate lets in.
  const inTurn = createTurns()

  const refusalOf = (door: string, kind: CommandKind): Refusal | undefined => {
    const online = options.isOnline(door)
    if (online === undefined) return 'unknown-door'
    if (!online) return 'offline'
    if (atSensor.includes(kind) && exchanges.isUnderWay(door, atSensor)) return 'busy'
    return rate.allow(door, kind, clock.monoMs()) ? undefined : 'rate'
  }
  /** @returns the nonce, undefined when none came. @throws whatever the broker's connection says */
  const challenge = async (exchange: Exchange): Promise<string | undefined> => {
    const { id, door } = exchange.view
    const nonce = waits.until<string>(CHALLENGE_WITHIN_MS, (heard) => {
      exchange.onChallenge = heard
    })
    await publish(topicName('command', { door }), encode('command', { id, kind: 'challenge' }))
    return nonce
  }
  /** @returns why it was not sent. @throws as `challenge` */
  const send = async (exchange: Exchange, request: CommandRequest, by: Commander): Promise<Refusal | undefined> => {
    const { id, door, kind } = exchange.view
    const nonce = await challenge(exchange)
    if (nonce === undefined) return 'no-challenge'
    const { actor } = by
    if (!by.mayStill()) return 'right-lost'
    const body: CommandBody = { ...request, id, door, nonce, at: Math.trunc(clock.wallMs()), actor }
    log.info({ id, door, kind, actor, reason: request.reason }, 'command signed')
    waits.after(kind === 'enrol' ? ENROLLED_WITHIN_MS : LAST_WORD_WITHIN_MS, () =>
      exchanges.end(exchange, 'unanswered'),
    )
    await publish(topicName('command', { door }), encode('command', key.sign(JSON.stringify(body))))
    return undefined
  }
  const give = async (exchange: Exchange, request: CommandRequest, by: Commander): Promise<Refusal | undefined> => {
    // A door has one nonce out: the next command asks for its own when this one's is used.
    const notSent = await inTurn(exchange.view.door, () => send(exchange, request, by))
    if (notSent !== undefined) return notSent
    if (exchange.ended) return undefined
    await waits.until<void>(PATIENCE_MS, (heard) => {
      exchange.onLastWord = heard
    })
    return undefined
  }

  return {
    view: exchanges.view,
    passed: exchanges.passed,
    async give(door, request, by) {
      const refusal = refusalOf(door, request.kind)
      if (refusal) return { ok: false, refusal }
      const exchange = exchanges.open(door, request.kind)
      const notSent = (reason: Refusal): Sent => {
        exchanges.end(exchange, 'unanswered')
        return { ok: false, refusal: reason }
      }
      try {
        const failed = await give(exchange, request, by)
        return failed === undefined ? { ok: true, command: exchange.view } : notSent(failed)
      } catch (error) {
        log.warn({ door, err: error }, 'command not sent')
        return notSent('broker')
      }
    },
    close: waits.close,
  }
}

/** Timers that end with the server. */
function createWaits() {
  const timers = new Set<NodeJS.Timeout>()
  const after = (delayMs: number, task: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      task()
    }, delayMs)
    timers.add(timer)
    return () => {
      clearTimeout(timer)
      timers.delete(timer)
    }
  }
  return {
    after,
    /** What `listen` is called back with, undefined when it is not within `delayMs`. */
    until: <T>(delayMs: number, listen: (heard: (value: T) => void) => void) =>
      new Promise<T | undefined>((resolve) => {
        const stop = after(delayMs, () => resolve(undefined))
        listen((value) => {
          stop()
          resolve(value)
        })
      }),
    close: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
