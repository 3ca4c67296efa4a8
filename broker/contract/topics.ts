/** Topic names and filters, built from and parsed to the channels table. */
import { type ChannelName, channelNames, channels, type TopicParams } from './channels.ts'
import { Id, idPattern } from './identifiers.ts'

/**
 * The topic of one channel for given ids.
 * @throws RangeError when an id does not fit `[a-z0-9-]{1,64}`: a topic is never built from unchecked input.
 */
export function topicName<K extends ChannelName>(name: K, params: TopicParams<K>): string {
  return channels[name].topic.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = (params as Record<string, string>)[key]
    const id = Id.safeParse(value)
    if (!id.success) throw new RangeError(`"${value}" is not an id for {${key}} in the topic of ${name}`)
    return id.data
  })
}

/** The filter that matches all topics of a channel, each id a `+`. */
export function topicFilter(name: ChannelName): string {
  return channels[name].topic.replace(/\{\w+\}/g, '+')
}

export interface ParsedTopic {
  readonly channel: ChannelName
  /** The one id in the topic: of the application, door, vantage or server. */
  readonly subject: string
}

const patterns = channelNames.map((channel) => ({
  channel,
  pattern: new RegExp(`^${channels[channel].topic.replace(/\{\w+\}/, `(${idPattern})`)}$`),
}))

/** The channel and id of a topic, or undefined for any topic that is not in the table. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  for (const { channel, pattern } of patterns) {
    const subject = pattern.exec(topic)?.[1]
    if (subject !== undefined) return { channel, subject }
  }
  return undefined
}
