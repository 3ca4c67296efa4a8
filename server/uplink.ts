/**
 * The server's MQTT connection: it publishes, and never subscribes, since it learns all from the journal. Each connection
 * is a new client: one that reconnects by itself sends again what was unacknowledged, minutes later, and a heartbeat or a
 * command would then pass for a new one.
 */
import { connect, type MqttClient } from 'mqtt'
import { type ChannelName, channels } from '#contract/channels.ts'
import { parseTopic } from '#contract/topics.ts'
import type { Log } from '#runtime/log.ts'

const RECONNECT_MS = 1_000
/** The broker answers within one commit; past this the message is given up and its sender told. */
const PUBLISH_TIMEOUT_MS = 5_000
/** Pushes under way at once; past it the pusher gets 503 and comes again. */
const IN_FLIGHT_MAX = 5_000

export interface Uplink {
  /** Resolves at PUBACK, which means durable for journaled channels; rejects when the connection drops, or after 5 s. */
  publish(topic: string, payload: string): Promise<void>
  isConnected(): boolean
  close(): Promise<void>
}

export interface UplinkOptions {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly log: Log
  /** At each connection: the owner of retained topics publishes them anew. */
  readonly onConnect: () => void
}

export function openUplink({ url, username, password, log, onConnect }: UplinkOptions): Uplink {
  let inFlight = 0
  let reported = ''
  let closed = false
  let again: NodeJS.Timeout | undefined
  const open = (): MqttClient => {
    const opened = connect(url, { username, password, protocolVersion: 4, clean: true, reconnectPeriod: 0 })
    opened.on('connect', () => {
      reported = ''
      log.info({ url }, 'connected to the broker')
      onConnect()
    })
    opened.on('error', (error) => {
      if (reported === error.message) return
      reported = error.message
      log.warn({ url, reason: error.message }, 'broker unreachable, trying again each second')
    })
    opened.once('close', () => {
      opened.end(true)
      if (closed) return
      again = setTimeout(() => {
        client = open()
      }, RECONNECT_MS)
    })
    return opened
  }
  let client = open()
  return {
    async publish(topic, payload) {
      if (!client.connected) throw new Error('the broker is not connected')
      if (inFlight >= IN_FLIGHT_MAX) throw new Error(`${inFlight} messages wait for the broker`)
      inFlight += 1
      try {
        await withTimeout(client.publishAsync(topic, payload, { qos: 1, retain: isRetained(topic) }))
      } finally {
        inFlight -= 1
      }
    },
    isConnected: () => client.connected,
    async close() {
      closed = true
      clearTimeout(again)
      await client.endAsync(true)
    },
  }
}

function isRetained(topic: string): boolean {
  const name: ChannelName | undefined = parseTopic(topic)?.channel
  return name !== undefined && channels[name].retained
}

/** The broker may be there and not answer. */
async function withTimeout(publish: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no PUBACK within ${PUBLISH_TIMEOUT_MS} ms`)), PUBLISH_TIMEOUT_MS)
  })
  try {
    await Promise.race([publish, expired])
  } finally {
    clearTimeout(timer)
  }
}
