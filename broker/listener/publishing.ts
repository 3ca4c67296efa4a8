/**
 * What happens to each PUBLISH before it is acknowledged: access rules, size, schema, journal. The MQTT library calls
 * this hook before it sends PUBACK, so PUBACK means durable.
 */
import type { Client, PublishPacket } from 'aedes'
import { publishRight } from '#contract/access.ts'
import { channels } from '#contract/channels.ts'
import type { Clock } from '#runtime/clock.ts'
import type { RefusalTally } from '#runtime/refusal-tally.ts'
import type { JournalWriter } from '../journal/writer.ts'
import { AnswerOrder } from './answer-order.ts'
import type { Connection } from './connection.ts'
import { type Receipt, toEntries } from './entries.ts'
import type { Sessions } from './sessions.ts'

interface PublishCounts {
  accepted: number
  quarantined: number
  /** Retain bits cleared on channels that are not retained. */
  retainCleared: number
  /** Connections closed for publishing where they may not. */
  breaches: number
}

export interface Publishing {
  readonly counts: Readonly<PublishCounts>
  authorize(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void
}

export interface PublishingOptions {
  readonly sessions: Sessions
  readonly journal: JournalWriter
  readonly clock: Clock
  readonly breaches: Pick<RefusalTally, 'note'>
  /** A server's pulse is about to be stored. */
  readonly onPulse: (payload: Uint8Array) => void
  /** The connection behind a client, as long as there is one. */
  readonly connectionOf: (client: Client) => Pick<Connection, 'gate' | 'quarantined'> | undefined
}

export function createPublishing(options: PublishingOptions): Publishing {
  const { sessions, journal, clock, breaches, onPulse } = options
  const counts: PublishCounts = { accepted: 0, quarantined: 0, retainCleared: 0, breaches: 0 }

  const refuse = (client: Client | null, topic: string, reason: string) => {
    counts.breaches += 1
    breaches.note({ client: client?.id ?? '', topic, reason })
    return new Error(reason)
  }

  const settleRetain = (packet: PublishPacket, mayRetain: boolean) => {
    if (!packet.retain || mayRetain) return
    packet.retain = false
    counts.retainCleared += 1
  }
  const store = (client: Client | null, receipt: Receipt, topic: string, payload: Buffer) => {
    const entries = toEntries(receipt, topic, payload)
    if (entries.some((entry) => 'quarantine' in entry)) {
      counts.quarantined += 1
      if (client) options.connectionOf(client)?.quarantined()
    } else counts.accepted += 1
    if (receipt.channel === 'pulse') onPulse(payload)
    return journal.append(entries)
  }

  /** A will has no packet identifier, and is published once. */
  const storeOnce = (client: Client | null, packet: PublishPacket, storing: () => Promise<void>) => {
    const identifier = packet.qos === 2 ? messageIdOf(packet) : undefined
    const exactlyOnce = client && identifier !== undefined ? options.connectionOf(client)?.gate.exactlyOnce : undefined
    return exactlyOnce && identifier !== undefined ? exactlyOnce.once(identifier, storing) : storing()
  }

  const orders = new WeakMap<Client, AnswerOrder>()
  const orderOf = (client: Client) => {
    const order = orders.get(client) ?? new AnswerOrder()
    orders.set(client, order)
    return order
  }

  return {
    counts,
    authorize(client, packet, done) {
      // [MQTT-3.3.1-3]: subscribers are not told how often it was sent to us.
      packet.dup = false
      const identity = sessions.identityOf(client)
      const right = identity && publishRight(identity, packet.topic)
      if (!right) return done(refuse(client, packet.topic, 'not authorized to publish there'))
      const channel = channels[right.channel]
      const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
      const { maxBytes } = channel
      if (payload.length > maxBytes) {
        return done(refuse(client, packet.topic, `payload of ${payload.length} bytes, the limit is ${maxBytes}`))
      }
      settleRetain(packet, channel.retained)
      // What is kept is a copy: as a part of what was read with it, a small message would keep 64 KiB in memory.
      if (packet.retain || packet.qos === 2) packet.payload = Buffer.from(payload)
      const forJournal = channel.to.some((receiver) => receiver === 'journal')
      const receipt = { ...right, identity, receivedMs: clock.wallMs(), monoMs: clock.monoMs() }
      const inTurn = client ? orderOf(client).next() : (answer: () => void) => answer()
      storeOnce(client, packet, async () => {
        if (forJournal) await store(client, receipt, packet.topic, payload)
      }).then(
        () => inTurn(() => done(null)),
        // Not durable, so no PUBACK: the sender comes again.
        (error: Error) => inTurn(() => done(error)),
      )
    },
  }
}

/** The library's type leaves out the identifier that a received packet carries. */
function messageIdOf(packet: PublishPacket): number | undefined {
  return (packet as PublishPacket & { messageId?: number }).messageId
}
