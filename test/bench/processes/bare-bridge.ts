/** The bare path behind Mosquitto: one subscriber, each heartbeat emitted at once, nothing checked, stored or judged. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectAsync } from 'mqtt'
import { Server } from 'socket.io'
import { serve } from '../child.ts'

export interface BridgeQuestion {
  readonly mqttUrl: string
}

/** Answers the port of its Socket.IO server. */
serve<BridgeQuestion, number>(async ({ mqttUrl }) => {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const client = await connectAsync(mqttUrl, { protocolVersion: 4 })
  client.on('message', (topic, payload) => {
    const heartbeat = JSON.parse(payload.toString()) as { seq: number }
    io.emit('heartbeat', topic.split('/')[3], heartbeat.seq)
  })
  await client.subscribeAsync('siaga/v1/apps/+/heartbeat', { qos: 1 })
  // Listening on a port, so never the name of a pipe.
  return (http.address() as AddressInfo).port
})
