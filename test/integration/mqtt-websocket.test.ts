import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { startTestBroker, type TestBroker } from '../harness/broker.ts'
import { connectPacket, pingPacket, publishPacket } from '../harness/mqtt-wire.ts'
import { until } from '../harness/until.ts'

const heartbeat = 'siaga/v1/apps/a/heartbeat'

interface Opened {
  readonly socket: WebSocket
  /** All that came, in hex. */
  received(): string
}

async function open(broker: TestBroker, protocols: readonly string[] = ['mqtt']): Promise<Opened> {
  const socket = new WebSocket(`ws://127.0.0.1:${broker.webSocketPort}/any/path`, [...protocols])
  onTestFinished(() => socket.terminate())
  let digits = ''
  socket.on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(true)
    digits += data.toString('hex')
  })
  await once(socket, 'open')
  return { socket, received: () => digits }
}

function login(broker: TestBroker): Buffer {
  const { username, password } = broker.credentials.issue({ role: 'app', id: 'a' }, { overlapMs: 60_000 })
  return connectPacket({ username, password })
}

it('[MQTT-6.0.0-3], [MQTT-6.0.0-4] selects "mqtt" among what the client offers', async () => {
  const { socket } = await open(await startTestBroker(), ['other', 'mqtt'])
  expect(socket.protocol).toBe('mqtt')
})

it('[MQTT-6.0.0-3] refuses a client that does not offer "mqtt"', async () => {
  const broker = await startTestBroker()
  await expect(open(broker, [])).rejects.toThrow(/400/)
  await expect(open(broker, ['mqttv3.1'])).rejects.toThrow(/400/)
})

it('[MQTT-6.0.0-2] takes packets in parts of frames and several in one', async () => {
  const broker = await startTestBroker()
  const { socket, received } = await open(broker)
  const bytes = Buffer.concat([login(broker), publishPacket({ topic: heartbeat }), pingPacket])
  for (const part of [bytes.subarray(0, 1), bytes.subarray(1, 30), bytes.subarray(30, -1), bytes.subarray(-1)]) {
    socket.send(part)
  }
  await until('all answers', () => received().length >= 20)
  expect(received()).toMatch(/^20020000(40020001d000|d00040020001)$/)
})

it('[MQTT-6.0.0-1] ends the connection at a frame that is not binary, and does not act on it', async () => {
  const broker = await startTestBroker()
  const { socket, received } = await open(broker)
  socket.send(login(broker))
  await until('CONNACK', () => received() === '20020000')
  socket.send(publishPacket({ topic: heartbeat }).toString('latin1'))
  await once(socket, 'close')
  expect(broker.rows()).toEqual([])
})

it('ends the connection at a frame of more than 256 KiB, and at bytes that are no MQTT', async () => {
  const broker = await startTestBroker()
  for (const bytes of [Buffer.alloc(256 * 1024 + 1), Buffer.from('GET / HTTP/1.1\r\n\r\n')]) {
    const { socket } = await open(broker)
    socket.on('error', () => undefined)
    socket.send(bytes)
    await once(socket, 'close')
  }
})
