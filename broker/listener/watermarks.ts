/** The retained topics that tell each agent how far its records are durable: never older than what the journal holds. */
import type { ChannelName } from '#contract/channels.ts'
import { encode } from '#contract/codec.ts'
import { parseTopic, topicName } from '#contract/topics.ts'
import type { Log } from '#runtime/log.ts'
import type { Watermark } from '../journal/entry.ts'
import type { Listener } from './listener.ts'

export interface Watermarks {
  /** A commit moved it, or it was there at the start. */
  tell(watermark: Watermark): void
  /** Tells a subscriber whose records nobody knows that it begins with the first. */
  beforeSubscribe(topic: string): Promise<void>
}

export function createWatermarks(publish: Listener['publish'], log: Log): Watermarks {
  /** By topic: told once, and awaited by everyone who subscribes meanwhile; bounded by the agents ever enrolled. */
  const told = new Map<string, Promise<void>>()
  return {
    tell(watermark) {
      const topic = topicOf(watermark)
      told.set(topic, Promise.resolve())
      publish(topic, encode('doorAcknowledged', { journal: watermark.journal, seq: watermark.seq }), true).catch(
        (error: unknown) => log.error({ err: error, topic }, 'could not publish a watermark'),
      )
    },
    async beforeSubscribe(topic) {
      if (!parseTopic(topic)?.channel.endsWith('Acknowledged')) return
      const telling = told.get(topic) ?? publish(topic, encode('doorAcknowledged', { journal: null, seq: 0 }), true)
      told.set(topic, telling)
      try {
        await telling
      } catch (error) {
        told.delete(topic)
        throw error
      }
    },
  }
}

function topicOf({ channel, subject }: Watermark): string {
  const answers: Partial<Record<ChannelName | string, (id: string) => string>> = {
    doorEvents: (door) => topicName('doorAcknowledged', { door }),
    results: (vantage) => topicName('vantageAcknowledged', { vantage }),
  }
  const build = answers[channel]
  if (!build) throw new Error(`channel ${channel} has no watermark`)
  return build(subject)
}
