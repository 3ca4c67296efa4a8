/**
 * An agent's connection to the broker (MQTT 3.1.1, QoS 1, clean session). Each attempt is a new client with its own
 * will, because the will names the connection's number; what is in flight when the link drops is forgotten here and
 * sent again by whoever owns it.
 */
import { connect, type MqttClient } from 'mqtt'
import type { Log } from '#runtime/log.ts'
import { backoffMs } from '../backoff.ts'
import { pause } from '../pause.ts'

interface Message {
  readonly topic: string
  readonly payload: string
}

export interface UplinkOptions {
  readonly url: string
  readonly username: string
  readonly password: string | undefined
  /** Topics to hear, each with what to do; `retained` as the broker delivered it. A handler must not throw. */
  readonly subscriptions: Readonly<Record<string, (payload: Uint8Array, retained: boolean) => void>>
  /** The retained status of connection `connection`, online or (as its will) offline. */
  readonly status: (connection: number, online: boolean) => Message
  /** Counts connections; kept by the outbox, so that it survives restarts of the agent. */
  readonly nextConnection: () => number
  /** Connected and subscribed: the moment to publish what is retained. */
  readonly onConnect: () => void
  readonly onDisconnect: () => void
  readonly random: () => number
  readonly log: Log
}

export interface Uplink {
  /** Sends now or not at all: nothing is queued while there is no connection. */
  publish(message: Message, options?: { readonly retain?: boolean }): void
  readonly connected: boolean
  /** Says offline, disconnects, and ends. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
/** A dead link is noticed within 1.5 times this. */
const KEEPALIVE_S = 10
/** How long the farewell may take on a bad link; the will says the same. */
const FAREWELL_MS = 1_000

export function createUplink(options: UplinkOptions): Uplink {
  const { log, random } = options
  const stopped = new AbortController()
  let current: MqttClient | undefined
  let connection = 0

  const publish: Uplink['publish'] = ({ topic, payload }, { retain = false } = {}) => {
    if (!current?.connected) return
    current.publish(topic, payload, { qos: 1, retain }, (error) => {
      if (error) log.debug({ topic, err: error }, 'message not delivered')
    })
  }
  /** One connection, until it ends. @returns whether it ever stood. */
  const session = async (): Promise<boolean> => {
    connection = options.nextConnection()
    const client = open(options, connection)
    current = client
    let stood = false
    client.on('connect', () => {
      client.subscribe(Object.keys(options.subscriptions), { qos: 1 }, (error, granted) => {
        const refused = granted?.find(({ qos }) => qos > 2)
        if (error || refused) {
          log.error({ err: error, topic: refused?.topic }, 'subscription refused: check this agent’s rights')
          client.end(true)
          return
        }
        stood = true
        log.info({ connection }, 'connected to the broker')
        publish(options.status(connection, true), { retain: true })
        options.onConnect()
      })
    })
    client.on('message', (topic, payload, { retain }) => options.subscriptions[topic]?.(payload, retain))
    client.on('error', (error) => log.warn({ err: error }, 'broker connection failed'))
    await new Promise<void>((resolve) => client.once('close', resolve))
    client.end(true)
    if (stood) {
      log.warn({ connection }, 'broker connection lost')
      options.onDisconnect()
    }
    return stood
  }
  const run = async () => {
    for (let attempt = 0; !stopped.signal.aborted; attempt += 1) {
      try {
        if (await session()) attempt = 0
      } catch (error) {
        log.error({ err: error }, 'broker connection could not be tried')
      }
      await pause(backoffMs(attempt, random()), stopped.signal)
    }
  }
  const running = run()

  return {
    publish,
    get connected() {
      return current?.connected ?? false
    },
    close: async () => {
      stopped.abort()
      if (current?.connected) await farewell(current, options.status(connection, false))
      else current?.end(true)
      await running
    },
  }
}

function open(options: UplinkOptions, connection: number): MqttClient {
  const { url, username, password } = options
  const { topic, payload } = options.status(connection, false)
  return connect(url, {
    clientId: username,
    username,
    ...(password === undefined ? {} : { password }),
    clean: true,
    protocolVersion: 4,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: 0,
    queueQoSZero: false,
    will: { topic, payload: Buffer.from(payload), qos: 1, retain: true },
  })
}

/** Offline in words, then a clean disconnect, which makes the broker drop the will: otherwise it would be said twice. */
function farewell(client: MqttClient, { topic, payload }: Message): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => client.end(true), FAREWELL_MS)
    client.once('close', () => {
      clearTimeout(deadline)
      resolve()
    })
    client.publish(topic, payload, { qos: 1, retain: true }, () => client.end())
  })
}
