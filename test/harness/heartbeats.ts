/** Applications that beat over MQTT as a library would: connected for good, back by themselves, once a second. */
import type { MqttClient } from 'mqtt'
import { onTestFinished } from 'vitest'
import { mqttClient } from './mqtt.ts'
import type { Credential } from './siaga.ts'

const BEAT_EVERY_MS = 1_000
const RECONNECT_MS = 500

/** Each application beats with its own number, from 1, until the test ends. */
export async function startBeating(mqttUrl: string, credentials: Iterable<Credential>): Promise<void> {
  for (const { username, password } of credentials) {
    const client = await mqttClient(mqttUrl, { username, password, reconnectPeriod: RECONNECT_MS, queueQoSZero: false })
    const topic = `siaga/v1/apps/${username.replace('app:', '')}/heartbeat`
    const timer = beat(client, topic)
    onTestFinished(() => clearInterval(timer))
  }
}

function beat(client: MqttClient, topic: string): NodeJS.Timeout {
  const boot = crypto.randomUUID()
  let seq = 0
  const send = () => {
    seq += 1
    if (!client.connected) return
    client.publish(topic, JSON.stringify({ boot, seq, latencyMs: 10 + (seq % 5) }), { qos: 1 })
  }
  send()
  return setInterval(send, BEAT_EVERY_MS)
}
