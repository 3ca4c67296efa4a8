/** An MQTT client that is closed with the test. */
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { onTestFinished } from 'vitest'

export async function mqttClient(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options }, false)
  client.on('error', () => {
    // Seen by the test through the failed call or the close event.
  })
  onTestFinished(() => client.endAsync(true))
  return client
}
