/**
 * HTTP pushes on their way through the journal. A push is answered when the server's own tail has passed its row, so
 * 202 means what PUBACK means: durable, and seen by the judgement.
 */
import { randomUUID } from 'node:crypto'
import { encode } from '#contract/codec.ts'
import type { HeartbeatInput } from '#contract/heartbeat.ts'
import { topicName } from '#contract/topics.ts'

/** A commit and a turn of the tail take milliseconds; past this something is broken and the pusher should know. */
const PASS_TIMEOUT_MS = 5_000
/** Of the 5,000 messages the connection to the broker has under way: commands, access lists and the pulse keep room. */
const PUSHES_MAX = 4_000
/** How often to look whether the tail has read past the end of the journal. */
const CATCH_UP_POLL_MS = 5

type PushResult = 'recorded' | 'duplicate' | 'unavailable'

export interface Pushes {
  /** Publishes a heartbeat for the pusher and waits until the tail has passed it. */
  push(app: string, heartbeat: HeartbeatInput, pusher: string): Promise<PushResult>
  /** The tail has read the row of this request. */
  passed(request: string | undefined): void
}

export interface PushOptions {
  readonly publish: (topic: string, payload: string) => Promise<void>
  readonly tail: () => { cursor(): number; lastId(): number; poke(): void } | undefined
}

export function createPushes({ publish, tail }: PushOptions): Pushes {
  const waiting = new Map<string, () => void>()

  return {
    async push(app, heartbeat, pusher) {
      if (waiting.size >= PUSHES_MAX) return 'unavailable'
      const request = randomUUID()
      const passed = new Promise<PushResult>((resolve) => waiting.set(request, () => resolve('recorded')))
      try {
        await publish(topicName('heartbeat', { app }), encode('heartbeat', { ...heartbeat, via: pusher, request }))
        return await Promise.race([passed, withoutRow(tail)])
      } catch {
        // The reason is logged by the uplink; to the pusher every kind of it means: not recorded, come again.
        return 'unavailable'
      } finally {
        waiting.delete(request)
      }
    },
    passed(request) {
      if (request !== undefined) waiting.get(request)?.()
    },
  }
}

/** A heartbeat whose number was already known makes no row: settled once the tail has read past the journal's end. */
async function withoutRow(tail: PushOptions['tail']): Promise<PushResult> {
  const end = tail()?.lastId() ?? Number.POSITIVE_INFINITY
  const deadline = performance.now() + PASS_TIMEOUT_MS
  while (performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, CATCH_UP_POLL_MS))
    if ((tail()?.cursor() ?? 0) >= end) return 'duplicate'
    tail()?.poke()
  }
  return 'unavailable'
}
