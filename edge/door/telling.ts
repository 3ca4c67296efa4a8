/** What the door tells and hears over MQTT: records from the outbox, its retained state and status, the access list. */
import { type ChannelName, channels, type Payload, type PayloadInput } from '#contract/channels.ts'
import { decode, encode } from '#contract/codec.ts'
import type { DoorState } from '#contract/door.ts'
import type { ClockState } from '#contract/identifiers.ts'
import { topicName } from '#contract/topics.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { createSender } from '../outbox/sender.ts'
import { createUplink, type UplinkOptions } from '../outbox/uplink.ts'
import type { AccessStore } from './access-store.ts'
import type { DoorStatus } from './agent.ts'
import type { DoorClock } from './door-clock.ts'
import type { Slots } from './slots.ts'

export interface TellingOptions {
  readonly broker: Pick<UplinkOptions, 'url' | 'username' | 'password'>
  readonly door: string
  readonly boot: string
  readonly version: string
  readonly simulated: boolean
  readonly outbox: Outbox
  readonly slots: Pick<Slots, 'all'>
  readonly access: AccessStore
  readonly clock: Clock
  readonly clockState: () => ClockState
  readonly doorClock: Pick<DoorClock, 'heard'>
  readonly random: () => number
  readonly log: Log
  readonly status: () => DoorStatus
  /** A message on the command topic. */
  readonly onCommand: (bytes: Uint8Array, retained: boolean) => void
  /** The journal had more than this outbox ever sent; it has gone on as a new one. */
  readonly onSetBack: () => void
  /** Another list is in force. */
  readonly onAccessList: () => void
}

export interface Telling {
  /** There may be new records or another state. */
  changed(): void
  /** Said now or not at all: an answer to a command is worthless later. */
  say<K extends 'challenge' | 'reply'>(channel: K, payload: PayloadInput<K>): void
  close(): Promise<void>
}

const STATE_EVERY_MS = 10_000
/** Changes that come together are one state: a grant alone makes three. */
const STATE_COALESCE_MS = 20
/** The contract's limit of a list of persons. */
const PENDING_DELETIONS_MAX = 1_000

export function createTelling(options: TellingOptions): Telling {
  const { door, outbox, access, log } = options
  const topics = topicsOf(door)
  const publishState = () =>
    guarded(log, 'doorState', () =>
      uplink.publish({ topic: topics.state, payload: encode('doorState', stateOf(options)) }, { retain: true }),
    )
  let closed = false
  let coalescing: NodeJS.Timeout | undefined
  const stateChanged = () => {
    if (closed) return
    coalescing ??= setTimeout(() => {
      coalescing = undefined
      publishState()
    }, STATE_COALESCE_MS)
  }
  const hear =
    <K extends ChannelName>(name: K, take: (payload: Payload<K>) => void) =>
    (bytes: Uint8Array) => {
      const decoded = decode(name, bytes)
      if (!decoded.ok) log.warn({ channel: name, reason: decoded.reason }, 'message ignored')
      else guarded(log, name, () => take(decoded.value))
    }
  const uplink = createUplink({
    ...options.broker,
    ...{ random: options.random, log },
    subscriptions: {
      [topics.acknowledged]: hear('doorAcknowledged', (acknowledged) => {
        const wasEmpty = depthOf(outbox) === 0
        sender.acknowledged(acknowledged)
        if (!wasEmpty && depthOf(outbox) === 0) stateChanged()
      }),
      [topics.access]: hear('access', (signed) => {
        if (access.offer(signed).outcome !== 'accepted') return
        options.doorClock.heard(access.current()?.issuedAt ?? 0)
        stateChanged()
        options.onAccessList()
      }),
      [topics.command]: (bytes, retained) => guarded(log, 'command', () => options.onCommand(bytes, retained)),
    },
    status: (connection, online) => ({
      topic: topics.status,
      payload: encode('doorStatus', { online, version: options.version, boot: options.boot, connection }),
    }),
    nextConnection: outbox.nextConnection,
    onConnect: () => {
      publishState()
      sender.start()
    },
    onDisconnect: () => sender.stop(),
  })
  const sender = createSender({
    outbox,
    log,
    maxBytes: channels.doorEvents.maxBytes,
    publish: (payload) => uplink.publish({ topic: topics.events, payload }),
    onSetBack: options.onSetBack,
  })
  const beat = setInterval(publishState, STATE_EVERY_MS)

  return {
    say: (channel, payload) => uplink.publish({ topic: topics[channel], payload: encode(channel, payload) }),
    changed: () => {
      guarded(log, 'doorEvents', sender.wake)
      stateChanged()
    },
    close: async () => {
      clearInterval(beat)
      clearTimeout(coalescing)
      sender.stop()
      publishState() // the last word: locked
      closed = true
      await uplink.close()
    },
  }
}

function topicsOf(door: string) {
  return {
    events: topicName('doorEvents', { door }),
    state: topicName('doorState', { door }),
    status: topicName('doorStatus', { door }),
    acknowledged: topicName('doorAcknowledged', { door }),
    access: topicName('access', { door }),
    command: topicName('command', { door }),
    challenge: topicName('challenge', { door }),
    reply: topicName('reply', { door }),
  }
}

/** A fault of the disk while telling must not reach the door. */
function guarded(log: Log, channel: string, task: () => void): void {
  try {
    task()
  } catch (error) {
    log.error({ channel, err: error }, 'telling failed: check the disk of the outbox')
  }
}

function depthOf({ lastSeq, acknowledgedSeq }: Outbox): number {
  return lastSeq - acknowledgedSeq
}

function stateOf(options: TellingOptions): DoorState {
  const { status, outbox, access, slots, clock, clockState, simulated } = options
  const { lock, contact, alarms, sensor, lockdown } = status()
  const list = access.current()
  const listed = new Set(list?.people.map(({ person }) => person))
  const unlisted = list ? slots.all().flatMap(({ person }) => (listed.has(person) ? [] : [person])) : []
  return {
    ...{ lock, contact, alarms, sensor, lockdown, simulated },
    outboxDepth: depthOf(outbox),
    clock: clockState(),
    accessVersion: list?.version ?? 0,
    accessSeries: list?.series ?? 0,
    pendingDeletions: [...new Set(unlisted)].slice(0, PENDING_DELETIONS_MAX),
    at: Math.trunc(clock.wallMs()),
  }
}
