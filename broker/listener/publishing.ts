/**
 * What happens to each PUBLISH before it is acknowledged: access rules, size, schema, journal. The MQTT library calls
 * this hook before it sends PUBACK, so PUBACK means durable.
 */
import type { Client, PublishPacket } from 'aedes'
import { type Identity, identityName, publishRight } from '#contract/access.ts'
import { type ChannelName, channels } from '#contract/channels.ts'
import { decode } from '#contract/codec.ts'
import type { Heartbeat } from '#contract/heartbeat.ts'
import type { RecordBatch } from '#contract/record.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { isSealed } from '#runtime/record-chain.ts'
import type { Entry, QuarantineEntry } from '../journal/entry.ts'
import type { JournalWriter } from '../journal/writer.ts'
import type { Sessions } from './sessions.ts'

export interface PublishCounts {
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
  readonly log: Log
}

export function createPublishing({ sessions, journal, clock, log }: PublishingOptions): Publishing {
  const counts: PublishCounts = { accepted: 0, quarantined: 0, retainCleared: 0, breaches: 0 }

  const refuse = (client: Client | null, topic: string, reason: string) => {
    counts.breaches += 1
    log.warn({ client: client?.id, topic, reason }, 'publish refused, connection closed')
    return new Error(reason)
  }

  return {
    counts,
    authorize(client, packet, done) {
      const identity = sessions.identityOf(client)
      const right = identity && publishRight(identity, packet.topic)
      if (!right) return done(refuse(client, packet.topic, 'not authorized to publish there'))
      const channel = channels[right.channel]
      const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
      if (payload.length > channel.maxBytes) {
        return done(
          refuse(client, packet.topic, `payload of ${payload.length} bytes, the limit is ${channel.maxBytes}`),
        )
      }
      if (packet.retain && !channel.retained) {
        packet.retain = false
        counts.retainCleared += 1
      }
      if (!channel.to.some((receiver) => receiver === 'journal')) return done(null)
      const receipt: Receipt = { ...right, identity, receivedMs: clock.wallMs(), monoMs: clock.monoMs() }
      const entries = toEntries(receipt, packet.topic, payload)
      if (entries.some((entry) => 'quarantine' in entry)) counts.quarantined += 1
      else counts.accepted += 1
      journal.append(entries).then(
        () => done(null),
        // Not durable, so no PUBACK: the sender comes again.
        (error: Error) => done(error),
      )
    },
  }
}

interface Receipt {
  readonly channel: ChannelName
  readonly subject: string
  readonly identity: Identity
  readonly receivedMs: number
  readonly monoMs: number
}

function toEntries(receipt: Receipt, topic: string, payload: Buffer): (Entry | QuarantineEntry)[] {
  const sender = identityName(receipt.identity)
  const { channel, subject, receivedMs, monoMs } = receipt
  const base = { channel, subject, sender, receivedMs, monoMs }
  const decoded = decode(channel, payload)
  if (!decoded.ok) return [quarantine(decoded.reason)]
  if (channel === 'doorEvents' || channel === 'results') {
    const batch = decoded.json as { records: Record<string, unknown>[] }
    if (!batch.records.every(isSealed)) return [quarantine('a record does not carry the hash of its own bytes')]
    return (decoded.value as RecordBatch).records.map((record, index) => ({
      ...base,
      payload: JSON.stringify(batch.records[index]),
      key: { stream: record.journal, seq: record.seq },
      record: gapOf(record),
    }))
  }
  const key = channel === 'heartbeat' ? heartbeatKey(decoded.value as Heartbeat) : undefined
  return [{ ...base, payload: payload.toString('utf8'), ...(key ? { key } : {}) }]

  function quarantine(reason: string): QuarantineEntry {
    return { quarantine: true, topic, sender, receivedMs, reason, payload }
  }
}

/** A sender that counts in a boot of its own is stored exactly once, however often it resends. */
function heartbeatKey({ boot, seq }: Heartbeat): { stream: string; seq: number } | undefined {
  return boot !== undefined && seq !== undefined ? { stream: boot, seq } : undefined
}

/** A declared drop `{ from, to }` takes the sequence number `to` and closes the hole from `from` on. */
function gapOf(record: RecordBatch['records'][number]): { hash: string; gapFrom?: number } {
  const from = record.kind === 'gap' ? record['from'] : undefined
  return typeof from === 'number' && Number.isInteger(from) && from >= 1 && from <= record.seq
    ? { hash: record.hash, gapFrom: from }
    : { hash: record.hash }
}
