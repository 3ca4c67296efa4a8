/** What the journal stores and answers. Entries cross to the commit worker by structured clone: plain values only. */
import type { ChannelName } from '#contract/channels.ts'

/**
 * Rows the writer itself adds, so that silence can be told from deafness: `started`, `stopped`, and `alive` whenever
 * nothing else was written for 2 s.
 */
export type JournalChannel = ChannelName | 'started' | 'stopped' | 'alive'

/** Key that makes a message exactly once: a second entry with the same key is not stored again. */
interface SequenceKey {
  /** The sender's journal or boot. */
  readonly stream: string
  readonly seq: number
}

export interface Entry {
  readonly channel: JournalChannel
  /** Id in the topic: application, door, vantage or server. */
  readonly subject: string
  /** Authenticated identity, as `role:id`. */
  readonly sender: string
  /** Broker-receipt time. */
  readonly receivedMs: number
  readonly monoMs: number
  /** JSON text as sent; of a record batch, one record. */
  readonly payload: string
  readonly key?: SequenceKey
  /** For records: their hash, to tell a resend from a fork, the hole a declared gap closes, and an earlier key and hash. */
  readonly record?: {
    readonly hash: string
    readonly gapFrom?: number
    readonly was?: SequenceKey & { readonly hash: string }
  }
}

/** Schema-invalid but authentic: kept for its owner to see, bounded. */
export interface QuarantineEntry {
  readonly quarantine: true
  readonly topic: string
  readonly sender: string
  readonly receivedMs: number
  readonly reason: string
  readonly payload: Uint8Array
}

export type Append = Entry | QuarantineEntry

/** Highest contiguous durable record of one sender's journal. */
export interface Watermark {
  readonly channel: JournalChannel
  readonly subject: string
  readonly journal: string
  readonly seq: number
}

export interface JournalRow {
  readonly id: number
  readonly channel: JournalChannel
  readonly subject: string
  readonly sender: string
  readonly receivedMs: number
  readonly monoMs: number
  /** Kernel boot in which `monoMs` counts. */
  readonly boot: string
  /** Same key as an earlier row, but another hash: a cloned card, a restored snapshot, or tampering. */
  readonly fork: boolean
  readonly payload: string
}
