import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
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

/** A TCP connection that has asked for an upgrade, as a client that then leaves the rules does. */
async function rawUpgrade(broker: TestBroker, protocol: string): Promise<Socket> {
  const socket = connect({ port: broker.webSocketPort, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  const headers = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`
  socket.write(['GET / HTTP/1.1', ...headers, key, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n'))
  await once(socket, 'data')
  return socket
}

it('takes no more of a frame before CONNECT than a CONNECT can need', async () => {
  const socket = await rawUpgrade(await startTestBroker(), 'mqtt')
  // Binary, final, masked, 200 KiB: and then a tenth of it.
  socket.write(Buffer.concat([Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 3, 0x20, 0, 0, 0, 0, 0]), Buffer.alloc(20_480)]))
  socket.resume()
  await until('the connection to be ended', () => socket.readableEnded || socket.destroyed, 3_000)
})

it('takes a large frame that comes close behind CONNECT', async () => {
  const broker = await startTestBroker()
  const { socket, received } = await open(broker)
  socket.send(login(broker))
  const payload = JSON.stringify({ message: 'x'.repeat(500) })
  const packets = Array.from({ length: 200 }, (_, id) => publishPacket({ topic: heartbeat, payload, id: id + 1 }))
  socket.send(Buffer.concat(packets))
  await until('all answers', () => received().length >= 8 * 201)
  expect(broker.rows()).toHaveLength(200)
})

const oneByte = (byte: number) => [0x82, 0x81, 0, 0, 0, 0, byte]
const floods = [
  { name: 'empty frames', frames: [0x82, 0x80, 0, 0, 0, 0] },
  { name: 'PINGREQ byte by byte', frames: [...oneByte(0xc0), ...oneByte(0)] },
]

it.each(floods)('ends a connection that logs in and floods: $name', async ({ frames }) => {
  const broker = await startTestBroker()
  const { socket, received } = await open(broker)
  socket.on('error', () => undefined)
  socket.send(login(broker))
  await until('CONNACK', () => received() === '20020000')
  const tcp = (socket as unknown as { _socket: Socket })._socket
  tcp.write(Buffer.concat(new Array<Buffer>(100_000).fill(Buffer.from(frames))))
  await until('the connection to be ended', () => socket.readyState === WebSocket.CLOSED)
})

it('keeps a client that sends each packet in a frame of its own, however many', async () => {
  const broker = await startTestBroker()
  const { socket, received } = await open(broker)
  socket.send(login(broker))
  // 20,000 at once is the rate of an application; a frame of PINGREQ has 8 bytes.
  for (let count = 0; count < 15_000; count++) socket.send(pingPacket)
  await until('all answers', () => received().length === 8 + 4 * 15_000)
  expect(socket.readyState).toBe(WebSocket.OPEN)
})

it('waits for no goodbye of a client whose upgrade it refuses', async () => {
  const socket = await rawUpgrade(await startTestBroker(), 'other')
  socket.resume()
  await once(socket, 'end')
  // Nobody is at the other end any more.
  const written = setInterval(() => socket.write('x'), 50)
  onTestFinished(() => clearInterval(written))
  await until('the connection to be gone', () => socket.destroyed, 3_000)
})
