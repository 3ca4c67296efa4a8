/** Bounds of the broker where they hold: at real sockets, beyond loopback, and as far as half an hour away. */
import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Identity } from '#contract/access.ts'
import { channelNames, channels, type Role } from '#contract/channels.ts'
import { startTestBroker, type TestBroker } from '../harness/broker.ts'
import { connectPacket, pingPacket, publishPacket, subscribePacket, WireClient } from '../harness/mqtt-wire.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const CONNACK = 2
const PUBLISH = 3
const PUBACK = 4
const SUBACK = 9
const PINGRESP = 13

function wire(broker: TestBroker, host?: string): WireClient {
  const client = new WireClient(broker.port, host)
  onTestFinished(() => client.destroy())
  return client
}

async function login(broker: TestBroker, identity: Identity, keepAliveS = 60): Promise<WireClient> {
  const { username, password } = broker.credentials.issue(identity)
  const client = wire(broker)
  client.send(connectPacket({ clientId: 'c', username, password, keepAliveS }))
  expect((await client.expect(CONNACK)).body[1]).toBe(0)
  return client
}

/** The broker's ends of the connections made from now on: it runs in this process. */
function brokerEnds(): Socket[] {
  const ends: Socket[] = []
  const opened = channel('net.server.socket')
  const note = (message: unknown) => void ends.push((message as { socket: Socket }).socket)
  opened.subscribe(note)
  onTestFinished(() => void opened.unsubscribe(note))
  return ends
}

describe('a subscriber that does not read', () => {
  const topicOf = (door: string) => `siaga/v1/doors/${door}/access`
  const large = publishPacket({ topic: topicOf('a'), payload: 'x'.repeat(60_000) })

  /** Ends when the kernel takes no more and the broker's own buffer is full. @returns since when, and when the broker cut it */
  async function stall(broker: TestBroker, server: WireClient) {
    const ends = brokerEnds()
    const stuck = await login(broker, { role: 'door', id: 'a' })
    const end = ends.find(({ remotePort }) => remotePort === stuck.socket.localPort)
    if (!end) throw new Error('the broker has no such connection')
    stuck.send(subscribePacket(1, [topicOf('a'), 1]))
    await stuck.expect(SUBACK)
    stuck.socket.pause()
    const seen = { stalledMs: Number.POSITIVE_INFINITY, closedMs: 0 }
    const look = () => {
      if (end.destroyed) return
      // The kernel may be slow for a moment before it is full.
      seen.stalledMs = end.writableNeedDrain ? Math.min(seen.stalledMs, performance.now()) : Number.POSITIVE_INFINITY
      setImmediate(look)
    }
    look()
    end.once('close', () => {
      seen.closedMs = performance.now()
    })
    await until('the stall', async () => {
      server.received.length = 0
      server.send(large)
      await server.expect(PUBACK)
      return performance.now() - seen.stalledMs > 50
    })
    return { stuck, seen }
  }

  it('is cut 300 ms after its buffer stalled, and another one hears on meanwhile', async () => {
    const broker = await startTestBroker()
    const server = await login(broker, { role: 'server', id: 'main' })
    const other = await login(broker, { role: 'door', id: 'b' })
    other.send(subscribePacket(1, [topicOf('b'), 0]))
    await other.expect(SUBACK)
    const { stuck, seen } = await stall(broker, server)
    let slowestMs = 0
    await until('the cut', async () => {
      const sentMs = performance.now()
      other.received.length = 0
      server.send(publishPacket({ topic: topicOf('b'), payload: 'x' }))
      await other.expect(PUBLISH)
      slowestMs = Math.max(slowestMs, performance.now() - sentMs)
      return seen.closedMs > 0
    })
    expect(slowestMs).toBeLessThan(1_000)
    expect(seen.closedMs - seen.stalledMs).toBeGreaterThan(100)
    expect(seen.closedMs - seen.stalledMs).toBeLessThan(2_000)
    stuck.socket.resume()
    await stuck.expectClose()
  })
})

/** Loopback does not count. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

describe.skipIf(address === undefined)('connections of one address', () => {
  it('are as many as the setting says: the one that waited longest gives way, and those logged in stay', async () => {
    const env = { SIAGA_MQTT_HOST: '0.0.0.0', SIAGA_MQTT_INSECURE: '1', SIAGA_MQTT_CONNECTIONS_PER_ADDRESS: '3' }
    const broker = await startTestBroker(temporaryDirectory(), { env })
    const open = async (id: string) => {
      const client = wire(broker, address)
      const { username, password } = broker.credentials.issue({ role: 'door', id })
      await until('a connection', () => !client.socket.connecting)
      const enter = async () => {
        client.send(connectPacket({ username, password }))
        expect((await client.expect(CONNACK)).body[1]).toBe(0)
      }
      return { client, enter }
    }
    const all = []
    for (const id of ['a', 'b', 'c']) all.push(await open(id))
    const [first, second, third] = all
    await first?.enter()
    const fourth = await open('d')
    await second?.client.expectClose()
    await Promise.all([third?.enter(), fourth.enter()])
    const fifth = await open('e')
    await fifth.client.expectClose()
    for (const one of [first, third, fourth]) {
      one?.client.send(pingPacket)
      await one?.client.expect(PINGRESP)
    }
    const fromLoopback = Array.from({ length: 5 }, (_, index) => login(broker, { role: 'door', id: `l${index}` }))
    await Promise.all(fromLoopback)
  })
})

describe('keep alive', () => {
  it.each([
    { keepAliveS: 0, endsMs: 1_800_000 },
    { keepAliveS: 60, endsMs: 90_000 },
    { keepAliveS: 1_200, endsMs: 1_800_000 },
    { keepAliveS: 1_201, endsMs: 1_800_000 },
    { keepAliveS: 65_535, endsMs: 1_800_000 },
  ])('of $keepAliveS s ends a silent connection after $endsMs ms, and not before', async ({ keepAliveS, endsMs }) => {
    const broker = await startTestBroker()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const client = await login(broker, { role: 'door', id: 'a' }, keepAliveS)
    // Once more from a packet on.
    for (const wait of ['first', 'again']) {
      vi.advanceTimersByTime(endsMs - 1_000)
      client.send(pingPacket)
      await client.expect(PINGRESP, wait === 'first' ? 1 : 2)
    }
    vi.advanceTimersByTime(endsMs + 1_000)
    await client.expectClose()
  })
})

describe('size of a payload', () => {
  const roles = (name: (typeof channelNames)[number]) =>
    (channels[name].from as readonly string[]).filter((role): role is Role => role !== 'journal')
  const cells = channelNames.flatMap((name) => roles(name).map((role) => ({ name, role })))

  it('is on each channel, from each role, at most that of the channel', async () => {
    const broker = await startTestBroker()
    const held: string[] = []
    for (const { name, role } of cells) {
      const client = await login(broker, { role, id: 'a', ...(role === 'gateway' ? { apps: ['a'] } : {}) })
      const topic = channels[name].topic.replace(/\{\w+\}/, 'a')
      const { maxBytes } = channels[name]
      client.send(publishPacket({ topic, payload: 'x'.repeat(maxBytes), id: 1 }))
      await until('an answer', () => client.closed || client.received.length > 1)
      client.send(publishPacket({ topic, payload: 'x'.repeat(maxBytes + 1), id: 2 }))
      await until('an answer', () => client.closed || client.received.length > 2)
      const answers = client.received.slice(1).map(({ type }) => type)
      if (client.closed && answers.length === 1 && answers[0] === PUBACK) held.push(`${name} ${role}`)
      client.destroy()
    }
    expect(held).toEqual(cells.map(({ name, role }) => `${name} ${role}`))
  })
})
