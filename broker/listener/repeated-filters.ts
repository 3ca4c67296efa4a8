/**
 * [MQTT-3.8.4-5]: a return code for each filter of a SUBSCRIBE, also of one that is named twice. The library keeps
 * filters in a Map by their text, and so loses the second together with its code.
 */
import type { Client } from 'aedes'

/** The library's decoder: not in its types. */
interface Decoding {
  readonly _parser: NodeJS.EventEmitter
}

interface Decoded {
  readonly cmd: string
  /** Of a SUBSCRIBE. */
  readonly subscriptions?: readonly { topic: string }[]
}

/** Equal strings are one key of a Map, String objects are not; the right to subscribe turns them into text again. */
export function keepRepeatedFilters(client: Client): void {
  const { _parser } = client as unknown as Decoding
  _parser.prependListener('packet', ({ cmd, subscriptions = [] }: Decoded) => {
    if (cmd !== 'subscribe') return
    if (new Set(subscriptions.map(({ topic }) => topic)).size === subscriptions.length) return
    for (const subscription of subscriptions) subscription.topic = Object(subscription.topic)
  })
}
