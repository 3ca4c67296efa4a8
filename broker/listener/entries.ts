/** Received message → journal entries: schema, seals, and the keys that make a resend the same entry. */
import { type Identity, identityName } from '#contract/access.ts'
import type { ChannelName } from '#contract/channels.ts'
import { decode } from '#contract/codec.ts'
import type { Heartbeat } from '#contract/heartbeat.ts'
import { type AgentRecord, GapBody, type RecordBatch } from '#contract/record.ts'
import { isSealed } from '#runtime/record-chain.ts'
import type { Entry, QuarantineEntry } from '../journal/entry.ts'

/** A message at the moment the broker received it. */
export interface Receipt {
  readonly channel: ChannelName
  readonly subject: string
  readonly identity: Identity
  readonly receivedMs: number
  readonly monoMs: number
}

/** What the journal stores of it: one entry, one for each record of a batch, or a quarantined payload. Pure. */
export function toEntries(receipt: Receipt, topic: string, payload: Buffer): (Entry | QuarantineEntry)[] {
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
      record: { hash: record.hash, ...gapOf(record), ...earlierKeyOf(record) },
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
function gapOf(record: AgentRecord): { gapFrom?: number } {
  const gap = GapBody.safeParse(record.kind === 'gap' ? record : undefined)
  return gap.success && gap.data.from <= record.seq ? { gapFrom: gap.data.from } : {}
}

function earlierKeyOf({ was }: AgentRecord): Pick<NonNullable<Entry['record']>, 'was'> {
  return was === undefined ? {} : { was: { stream: was.journal, seq: was.seq, hash: was.hash } }
}
