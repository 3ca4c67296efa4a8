/** The ways a heartbeat travels: MQTT (own credential or a gateway's), HTTP push with a bearer token, a link. */
import { connect, type MqttClient } from 'mqtt'
import { encode } from '#contract/codec.ts'
import { topicName } from '#contract/topics.ts'
import type { Log } from '#runtime/log.ts'
import type { Deliver } from './sidecar.ts'

const DELIVERY_TIMEOUT_MS = 5_000
const RECONNECT_MS = 1_000

export interface Delivery {
  readonly deliver: Deliver
  close(): Promise<void>
}

export interface MqttCredential {
  readonly username: string
  readonly password: string
}

/** One MQTT connection; a heartbeat waits a moment for it and is then dropped, nothing is queued. */
export function deliverByMqtt(url: string, credential: MqttCredential, log: Log): Delivery {
  const client = connect(url, { ...credential, reconnectPeriod: RECONNECT_MS })
  client.on('error', (error) => log.debug({ err: error, username: credential.username }, 'mqtt'))
  return {
    async deliver(app, heartbeat) {
      if (!client.connected) await connected(client)
      await client.publishAsync(topicName('heartbeat', { app }), encode('heartbeat', heartbeat), { qos: 1 })
    },
    close: () => client.endAsync(true),
  }
}

function connected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      client.off('connect', done)
      reject(new Error('no connection to the broker'))
    }, DELIVERY_TIMEOUT_MS)
    client.once('connect', done)
  })
}

export function deliverByPush(httpUrl: string, token: string): Delivery {
  return byHttp((app, body) => ({
    url: `${httpUrl}/api/v1/heartbeat/${app}`,
    init: { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` } },
  }))
}

/** As a cron line with nothing but curl does it. */
export function deliverByLink(httpUrl: string, token: string): Delivery {
  return byHttp((_, body) => ({
    url: `${httpUrl}/hb/${token}`,
    init: { method: 'POST', body, headers: { 'content-type': 'application/json' } },
  }))
}

function byHttp(request: (app: string, body: string) => { url: string; init: RequestInit }): Delivery {
  return {
    async deliver(app, heartbeat) {
      const { url, init } = request(app, encode('heartbeat', heartbeat))
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS) })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`heartbeat of ${app}: HTTP ${response.status}`)
    },
    close: async () => {},
  }
}
