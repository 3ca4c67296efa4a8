import { connectAsync } from 'mqtt'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Identity } from '#contract/access.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { readSettings } from '#runtime/settings.ts'
import { startBroker } from '../../broker/app.ts'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { brokerShape } from '../../broker/settings.ts'
import { startTestBroker, type TestBroker } from '../harness/broker.ts'
import { selfSigned } from '../harness/certificate.ts'
import { connectPacket, packet, publishPacket, subscribePacket, WireClient } from '../harness/mqtt-wire.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const app: Identity = { role: 'app', id: 'simrs' }
const doorA: Identity = { role: 'door', id: 'a' }
const heartbeat = 'siaga/v1/apps/simrs/heartbeat'
const CONNACK = 2
const PUBLISH = 3
const PUBACK = 4
const IDENTIFIERS = 65_535

function wire(port: number): WireClient {
  const client = new WireClient(port)
  onTestFinished(() => client.destroy())
  return client
}

async function login(broker: TestBroker, identity: Identity, clientId = 'c'): Promise<WireClient> {
  const { username, password } = broker.credentials.issue(identity, { overlapMs: 60_000 })
  const client = wire(broker.port)
  client.send(connectPacket({ clientId, username, password }))
  expect((await client.expect(CONNACK)).body[1]).toBe(0)
  return client
}

function settingsOf(env: Record<string, string>) {
  return readSettings(brokerShape, { SIAGA_DATA_DIR: temporaryDirectory(), SIAGA_MQTT_PORT: '0', ...env })
}

describe('gate', () => {
  it('stores a QoS 2 message once, however often it is resent before PUBREL', async () => {
    const broker = await startTestBroker()
    const client = await login(broker, app)
    const message = { topic: heartbeat, qos: 2, id: 7 } as const
    client.send(publishPacket(message), publishPacket({ ...message, dup: true }))
    await client.expect(5, 2)
    expect(broker.rows()).toHaveLength(1)
    client.send(packet(0x62, [0, 7]))
    await client.expect(7)
    client.send(publishPacket(message))
    await client.expect(5, 3)
    expect(broker.rows()).toHaveLength(2)
  })

  it('keeps 200 QoS 2 messages that are not released, and ends a connection that leaves more', async () => {
    const broker = await startTestBroker()
    const client = await login(broker, app)
    const unreleased = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => publishPacket({ topic: heartbeat, qos: 2, id: from + index }))
    client.send(...unreleased(1, 200))
    await client.expect(5, 200)
    client.send(packet(0x62, [0, 7]))
    await client.expect(7)
    client.send(...unreleased(201, 1))
    await client.expect(5, 201)
    client.send(...unreleased(202, 1))
    await client.expectClose()
  })

  it('takes packets sent behind CONNECT without waiting, and drops those behind DISCONNECT', async () => {
    const broker = await startTestBroker()
    const { username, password } = broker.credentials.issue(app)
    const client = wire(broker.port)
    const many = Array.from({ length: 100 }, (_, index) => publishPacket({ topic: heartbeat, id: index + 1 }))
    client.send(connectPacket({ username, password }), ...many)
    await client.expect(PUBACK, 100)
    client.send(packet(0xe0), publishPacket({ topic: heartbeat, id: 999 }))
    await client.expectClose()
    expect(broker.rows()).toHaveLength(100)
  })

  it('answers a will nobody may publish with 5, and never publishes it', async () => {
    const broker = await startTestBroker()
    const { username, password } = broker.credentials.issue(app)
    const client = wire(broker.port)
    const will = { topic: 'siaga/v1/doors/a/state', payload: '{}', qos: 1 }
    client.send(connectPacket({ username, password, will }))
    expect((await client.expect(CONNACK)).body[1]).toBe(5)
    await client.expectClose()
    expect(broker.rows()).toEqual([])
  })

  it('cuts a packet identifier of 0 and keeps what stood before it', async () => {
    const broker = await startTestBroker()
    const client = await login(broker, app)
    client.send(publishPacket({ topic: heartbeat, id: 1 }), publishPacket({ topic: heartbeat, id: 0 }))
    await client.expectClose()
    await until('the first', () => broker.rows().length === 1)
  })
})

describe('impersonation', () => {
  it('lets an application neither evict, imitate nor read a door', async () => {
    const broker = await startTestBroker()
    const door = await login(broker, doorA, 'door:a')
    const intruder = await login(broker, app, 'door:a')
    intruder.send(
      subscribePacket(1, ['siaga/v1/doors/a/command', 1], ['siaga/v1/doors/a/access', 1], ['#', 0], ['$SYS/#', 0]),
    )
    expect([...(await intruder.expect(9)).body.subarray(2)]).toEqual([0x80, 0x80, 0x80, 0x80])
    intruder.send(publishPacket({ topic: 'siaga/v1/doors/a/state', payload: '{}' }))
    await intruder.expectClose()
    expect(broker.rows()).toEqual([])
    door.send(packet(0xc0))
    await door.expect(13)
    expect(door.closed).toBe(false)
  })

  it('lets a token in only under its own name', async () => {
    const broker = await startTestBroker()
    const { password } = broker.credentials.issue(app)
    const client = wire(broker.port)
    client.send(connectPacket({ username: 'door:a', password }))
    expect((await client.expect(CONNACK)).body[1]).toBe(4)
    await client.expectClose()
  })
})

describe('a subscriber that stopped reading', () => {
  it('is cut, and another one hears on', async () => {
    const broker = await startTestBroker()
    const stuck = await login(broker, doorA)
    const healthy = await login(broker, { role: 'door', id: 'b' })
    stuck.send(subscribePacket(1, ['siaga/v1/doors/a/access', 1]))
    healthy.send(subscribePacket(1, ['siaga/v1/doors/b/command', 1]))
    await Promise.all([stuck.expect(9), healthy.expect(9)])
    stuck.socket.pause()
    const server = await broker.connect({ role: 'server', id: 'main' })
    const large = JSON.stringify({ body: 'x'.repeat(60_000), signature: 's' })
    // 18 MB: more than the kernel takes for a socket nobody reads.
    const flood = Array.from({ length: 300 }, () => server.publishAsync('siaga/v1/doors/a/access', large, { qos: 1 }))
    const started = performance.now()
    await server.publishAsync('siaga/v1/doors/b/command', '{"id":"x","kind":"challenge"}', { qos: 1 })
    await healthy.expect(3)
    await Promise.all(flood)
    expect(performance.now() - started).toBeLessThan(20_000)
    stuck.socket.resume()
    await stuck.expectClose()
  })
})

describe('a subscriber that acknowledges nothing', () => {
  it('is cut after a thousand deliveries, and one that acknowledges hears on', async () => {
    const broker = await startTestBroker()
    const silent = await login(broker, doorA)
    silent.send(subscribePacket(1, ['siaga/v1/doors/a/command', 1]))
    const healthy = await broker.connect({ role: 'door', id: 'b' })
    let heard = 0
    healthy.on('message', () => {
      heard += 1
    })
    await Promise.all([silent.expect(9), healthy.subscribeAsync('siaga/v1/doors/b/command', { qos: 1 })])
    const server = await broker.connect({ role: 'server', id: 'main' })
    const send = (door: string) =>
      server.publishAsync(`siaga/v1/doors/${door}/command`, '{"id":"x","kind":"challenge"}', { qos: 1 })
    // A hundred at a time: a thousand in one burst would be a thousand unacknowledged ones of the other as well.
    for (let sent = 0; sent < 1_100; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, () => Promise.all([send('a'), send('b')])))
    }
    await silent.expectClose()
    expect(silent.received.filter(({ type }) => type === 3).length).toBeLessThanOrEqual(1_000)
    await until('all of the other', () => heard === 1_100)
    expect(healthy.connected).toBe(true)
  })
})

describe('packet identifiers', () => {
  it('of a delivery that waits is nobody else’s, also once all have been used', async () => {
    let aheadMs = 0
    const clock = { ...systemClock, monoMs: () => systemClock.monoMs() + aheadMs }
    const broker = await startTestBroker(temporaryDirectory(), { clock })
    const door = await login(broker, doorA)
    const topic = 'siaga/v1/doors/a/command'
    door.send(subscribePacket(1, [topic, 1]))
    await door.expect(9)
    const server = await login(broker, { role: 'server', id: 'main' })
    const seen: number[] = []
    const publish = async (count: number) => {
      server.send(...new Array<Buffer>(count).fill(publishPacket({ topic, payload: 'x' })))
      const wanted = seen.length + count
      await until(`delivery ${wanted}`, () => {
        const got = door.received.splice(0).filter(({ type }) => type === PUBLISH)
        seen.push(...got.map(({ body }) => body.readUInt16BE(2 + topic.length)))
        return seen.length === wanted
      })
    }
    await publish(1)
    for (let acknowledged = 0; acknowledged < IDENTIFIERS; acknowledged += 500) {
      // A door acknowledges 200 a second.
      aheadMs += 2_500
      const before = seen.length
      await publish(500)
      door.send(...seen.slice(before).map((identifier) => packet(0x40, [identifier >> 8, identifier & 0xff])))
    }
    expect(new Set(seen.slice(1)).size).toBe(IDENTIFIERS - 1)
    expect(seen.slice(1)).not.toContain(seen[0])
  })
})

describe('transports', () => {
  it('serves TLS and WebSocket through the same gate', async () => {
    const { certFile: cert, keyFile: key } = await selfSigned()
    const tls = { SIAGA_MQTTS_PORT: '0', SIAGA_MQTT_WS_PORT: '0', SIAGA_MQTT_CERT: cert, SIAGA_MQTT_KEY: key }
    const settings = settingsOf(tls)
    const broker = await startBroker(settings, { log: silentLog })
    onTestFinished(() => broker.close())
    const credentials = openCredentials(settings.SIAGA_DATA_DIR)
    onTestFinished(() => credentials.close())
    const { username, password } = credentials.issue(app)
    const scheme = { tcp: 'mqtt', tls: 'mqtts', websocket: 'wss' }
    for (const { kind, port } of broker.endpoints) {
      const login = { username, password, protocolVersion: 4 as const, reconnectPeriod: 0, rejectUnauthorized: false }
      const client = await connectAsync(`${scheme[kind]}://127.0.0.1:${port}`, login, false)
      await client.publishAsync(heartbeat, '', { qos: 1 })
      await client.endAsync()
      const refused = { ...login, password: 'x' }
      await expect(connectAsync(`${scheme[kind]}://127.0.0.1:${port}`, refused, false)).rejects.toMatchObject({
        code: 4,
      })
    }
  })

  it('refuses to listen beyond loopback without TLS', async () => {
    const start = startBroker(settingsOf({ SIAGA_MQTT_HOST: '0.0.0.0' }), { log: silentLog })
    await expect(start).rejects.toThrow(/SIAGA_MQTTS_PORT/)
    const insecure = settingsOf({ SIAGA_MQTT_HOST: '0.0.0.0', SIAGA_MQTT_INSECURE: '1' })
    await (await startBroker(insecure, { log: silentLog })).close()
  })
})
