import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Identity } from '#contract/access.ts'
import { type ChannelName, channelNames, channels, type Role } from '#contract/channels.ts'
import { startTestBroker, type TestBroker } from '../harness/broker.ts'
import { connectPacket, pingPacket, publishPacket, subscribePacket, WireClient } from '../harness/mqtt-wire.ts'
import { until } from '../harness/until.ts'

const CONNACK = 2
const PUBLISH = 3
const PUBACK = 4
const SUBACK = 9
const PINGRESP = 13
const REVOKED_WITHIN_MS = 1_000

function wire(broker: TestBroker): WireClient {
  const client = new WireClient(broker.port)
  onTestFinished(() => client.destroy())
  return client
}

async function login(broker: TestBroker, login: { username: string; password: string }, clientId = 'c') {
  const client = wire(broker)
  client.send(connectPacket({ clientId, ...login }))
  expect((await client.expect(CONNACK)).body[1]).toBe(0)
  return client
}

describe('before the login', () => {
  it('whoever sends no whole CONNECT is cut after 10 s, and keeps no device out', async () => {
    const broker = await startTestBroker()
    const startedMs = performance.now()
    const slow = [Buffer.alloc(0), Buffer.from([0x10]), connectPacket({}).subarray(0, -1)].map((bytes) => {
      const client = wire(broker)
      client.send(bytes)
      return client
    })
    const device = await login(broker, broker.credentials.issue({ role: 'door', id: 'a' }))
    await Promise.all(slow.map((client) => client.expectClose(15_000)))
    expect(performance.now() - startedMs).toBeGreaterThan(9_900)
    expect(slow.map(({ received }) => received.length)).toEqual([0, 0, 0])
    device.send(pingPacket)
    await device.expect(PINGRESP)
  }, 30_000)
})

describe('rate of an identity', () => {
  it('is waited for, over all its connections, and nothing is dropped', async () => {
    const broker = await startTestBroker()
    const credential = broker.credentials.issue({ role: 'app', id: 'a' })
    const other = await login(broker, broker.credentials.issue({ role: 'app', id: 'b' }))
    const two = [await login(broker, credential, 'x'), await login(broker, credential, 'y')]
    // 20,000 at once and 2,000 a second: 24,000 take two seconds.
    const startedMs = performance.now()
    for (const client of two) client.send(...new Array<Buffer>(12_000).fill(pingPacket))
    other.send(publishPacket({ topic: 'siaga/v1/apps/b/heartbeat' }))
    await other.expect(PUBACK)
    await Promise.all(two.map((client) => client.expect(PINGRESP, 12_000, 30_000)))
    expect(performance.now() - startedMs).toBeGreaterThan(1_800)
  }, 60_000)
})

describe('a message that goes into quarantine', () => {
  it('counts as a hundred, for its sender alone', async () => {
    const broker = await startTestBroker()
    const door = await login(broker, broker.credentials.issue({ role: 'door', id: 'a' }))
    const other = await login(broker, broker.credentials.issue({ role: 'door', id: 'b' }))
    // 2,000 packets at once and 200 a second: 24 times a hundred take two seconds.
    const startedMs = performance.now()
    const bad = Array.from({ length: 24 }, (_, id) => publishPacket({ topic: 'siaga/v1/doors/a/events', id: id + 1 }))
    door.send(...bad)
    await door.expect(PUBACK, bad.length)
    door.send(pingPacket)
    other.send(pingPacket)
    await other.expect(PINGRESP)
    await door.expect(PINGRESP, 1, 30_000)
    expect(performance.now() - startedMs).toBeGreaterThan(1_800)
  })
})

describe('connections of an identity', () => {
  it('an application has 64, and the next is told to come later', async () => {
    const broker = await startTestBroker()
    const credential = broker.credentials.issue({ role: 'app', id: 'a' })
    const all = await Promise.all(Array.from({ length: 64 }, (_, index) => login(broker, credential, `c${index}`)))
    const next = wire(broker)
    next.send(connectPacket({ clientId: 'next', ...credential }))
    expect((await next.expect(CONNACK)).body[1]).toBe(3)
    await next.expectClose()
    all[0]?.destroy()
    await until('a free place', async () => {
      const again = wire(broker)
      again.send(connectPacket({ clientId: 'again', ...credential }))
      return (await again.expect(CONNACK)).body[1] === 0
    })
  })
})

describe('sessions of a device', () => {
  it('are one, the newest, also when several log in at once while another ends', async () => {
    const broker = await startTestBroker()
    const credential = broker.credentials.issue({ role: 'door', id: 'a' })
    const subscribe = async (door: WireClient) => {
      door.send(subscribePacket(1, ['siaga/v1/doors/a/command', 1]))
      await until('an answer', () => door.closed || door.received.some(({ type }) => type === SUBACK))
    }
    const before = await login(broker, credential)
    // Its end takes a turn longer than that of one without a subscription.
    await subscribe(before)
    const atOnce = [wire(broker), wire(broker)]
    await Promise.all(atOnce.map(({ socket }) => once(socket, 'connect')))
    // The broker takes them in at turns of its own, and then hears both at one.
    await delay(100)
    for (const door of atOnce) door.send(connectPacket(credential))
    await Promise.all(atOnce.map(subscribe))
    const newest = await login(broker, credential)
    await subscribe(newest)
    for (const door of [before, ...atOnce]) await door.expectClose()
    const server = await login(broker, broker.credentials.issue({ role: 'server', id: 'main' }))
    server.send(publishPacket({ topic: 'siaga/v1/doors/a/command', payload: 'x' }))
    await newest.expect(PUBLISH)
  })
})

describe('ids that are names of object members', () => {
  it('are ids like any other', async () => {
    const broker = await startTestBroker()
    const app = broker.credentials.issue({ role: 'app', id: 'constructor' })
    const clients = await Promise.all(
      ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((clientId) => login(broker, app, clientId)),
    )
    for (const client of clients) {
      client.send(publishPacket({ topic: 'siaga/v1/apps/constructor/heartbeat' }))
      await client.expect(PUBACK)
    }
    expect(broker.rows().map(({ subject }) => subject)).toEqual(new Array(4).fill('constructor'))
    const door = await login(broker, broker.credentials.issue({ role: 'door', id: 'constructor' }), '__proto__')
    const server = await login(broker, broker.credentials.issue({ role: 'server', id: 'prototype' }), '__proto__')
    door.send(subscribePacket(1, ['siaga/v1/doors/constructor/command', 1]))
    await door.expect(SUBACK)
    server.send(publishPacket({ topic: 'siaga/v1/doors/constructor/command', payload: 'x' }))
    expect((await door.expect(PUBLISH)).body.toString()).toContain('x')
  })
})

/** By hand, not by the code under test: what each role may say and hear about itself. */
const allowed: Readonly<Record<Role, { says: readonly ChannelName[]; hears: readonly ChannelName[] }>> = {
  app: { says: ['heartbeat'], hears: [] },
  gateway: { says: ['heartbeat'], hears: [] },
  door: {
    says: ['doorEvents', 'doorState', 'doorStatus', 'challenge', 'reply'],
    hears: ['access', 'command', 'doorAcknowledged'],
  },
  vantage: { says: ['results', 'vantageStatus'], hears: ['targets', 'vantageAcknowledged'] },
  server: { says: ['heartbeat', 'targets', 'access', 'command', 'pulse'], hears: [] },
}
const roles = Object.keys(allowed) as Role[]

function topicOf(channel: ChannelName, id: string): string {
  return channels[channel].topic.replace(/\{\w+\}/, id)
}

/** Of the server alone: it speaks for all applications, doors and vantages. */
function foreignAllowed(role: Role, channel: ChannelName): boolean {
  return role === 'server' && channel !== 'pulse'
}

describe.each(roles)('every cell of %s', (role) => {
  const identity: Identity = { role, id: 'a', ...(role === 'gateway' ? { apps: ['a'] } : {}) }

  const cells = channelNames.flatMap((channel) => ['a', 'b'].map((id) => ({ channel, id })))

  it('publish', async () => {
    const broker = await startTestBroker()
    const credential = broker.credentials.issue(identity)
    const found: string[] = []
    for (const { channel, id } of cells) {
      const client = await login(broker, credential)
      client.send(publishPacket({ topic: topicOf(channel, id), payload: '{}' }))
      await until('an answer', () => client.closed || client.received.length > 1)
      if (client.received[1]?.type === PUBACK) found.push(`${channel} ${id}`)
      client.destroy()
    }
    const wanted = cells.filter(({ channel, id }) => {
      return allowed[role].says.includes(channel) && (id === 'a' || foreignAllowed(role, channel))
    })
    expect(found).toEqual(wanted.map(({ channel, id }) => `${channel} ${id}`))
  })

  it('subscribe', async () => {
    const broker = await startTestBroker()
    const client = await login(broker, broker.credentials.issue(identity))
    client.send(subscribePacket(1, ...cells.map(({ channel, id }) => [topicOf(channel, id), 1] as const)))
    const codes = [...(await client.expect(SUBACK)).body.subarray(2)]
    expect(codes).toEqual(
      cells.map(({ channel, id }) => (allowed[role].hears.includes(channel) && id === 'a' ? 1 : 0x80)),
    )
  })
})

describe('revocation', () => {
  it('ends a live connection within a second, without its will, and refuses the next login', async () => {
    const broker = await startTestBroker()
    const credential = broker.credentials.issue({ role: 'door', id: 'a' })
    const door = wire(broker)
    const will = { topic: 'siaga/v1/doors/a/status', payload: '{}', qos: 1 }
    door.send(connectPacket({ ...credential, will }), subscribePacket(1, ['siaga/v1/doors/a/command', 1]))
    await door.expect(SUBACK)
    const startedMs = performance.now()
    broker.credentials.revoke('door:a')
    await door.expectClose()
    expect(performance.now() - startedMs).toBeLessThan(REVOKED_WITHIN_MS)
    const again = wire(broker)
    again.send(connectPacket(credential))
    expect((await again.expect(CONNACK)).body[1]).toBe(4)
    expect(broker.rows()).toEqual([])
    expect(broker.reader.quarantined(10)).toEqual([])
  })

  it('of a token whose overlap is over ends its connection, and leaves that of the new token', async () => {
    const broker = await startTestBroker()
    const older = await login(broker, broker.credentials.issue({ role: 'app', id: 'a' }), 'older')
    const newer = await login(broker, broker.credentials.issue({ role: 'app', id: 'a' }, { overlapMs: 700 }), 'newer')
    const startedMs = performance.now()
    older.send(pingPacket)
    await older.expect(PINGRESP)
    await older.expectClose()
    expect(performance.now() - startedMs).toBeLessThan(700 + REVOKED_WITHIN_MS)
    newer.send(pingPacket)
    await newer.expect(PINGRESP)
  })
})
