/**
 * What the MQTT library keeps, with retained messages found by their topic. The library's own store looks at each of
 * them for every filter: 5,000 devices that subscribe at once, with as many retained topics, would take it minutes.
 */
import { Readable } from 'node:stream'
import memory, { type Packet } from 'aedes-persistence'

type Message = Extract<Packet, { cmd: 'publish' }>

/** A filter is one exact topic: nobody has the right to another (broker/contract/access.ts). */
export function createPersistence() {
  /** By topic; bounded by the identities ever issued and the retained channels. */
  const byTopic = new Map<string, Message>()
  const streamOf = (topics: readonly string[]) => Readable.from(topics.flatMap((topic) => byTopic.get(topic) ?? []))
  return Object.assign(memory(), {
    async storeRetained(message: Message): Promise<void> {
      // [MQTT-3.3.1-10]: an empty payload takes the message away.
      if (message.payload.length === 0) byTopic.delete(message.topic)
      else byTopic.set(message.topic, { ...message })
    },
    createRetainedStream: (topic: string) => streamOf([topic]),
    createRetainedStreamCombi: streamOf,
    /**
     * Wills of brokers that have died, which the library publishes for them: by the wall clock, and after a step of it
     * that would be those of this one, whose clients live. There is no other broker, and with this one its wills are gone.
     */
    streamWill: () => Readable.from([]),
  })
}
