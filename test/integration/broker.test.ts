import { once } from 'node:events'
import { connect } from 'node:net'
import type { MqttClient } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { firstPrev } from '#contract/record.ts'
import { recordHash } from '#runtime/record-chain.ts'
import { startTestBroker } from '../harness/broker.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { until } from '../harness/until.ts'

const qos1 = { qos: 1 } as const

/** Resolves when the broker ends the connection. */
function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

function record(seq: number, members: Record<string, unknown> = {}) {
  const body = {
    journal: 'a'.repeat(32),
    seq,
    boot: 'boot-1',
    kind: 'granted',
    at: 1_700_000_000_000 + seq,
    monoMs: seq,
    clock: 'synced',
    ...members,
    prev: firstPrev,
  }
  return { ...body, hash: recordHash(body) }
}

describe('broker and journal', () => {
  it('acknowledges a heartbeat when it is in the journal', async () => {
    const broker = await startTestBroker()
    const app = await broker.connect({ role: 'app', id: 'simrs' })
    await app.publishAsync('siaga/v1/apps/simrs/heartbeat', '{"latencyMs":12.5}', qos1)
    await app.publishAsync('siaga/v1/apps/simrs/heartbeat', '', { qos: 1, retain: true })
    expect(broker.rows()).toMatchObject([
      { channel: 'heartbeat', subject: 'simrs', sender: 'app:simrs', payload: '{"latencyMs":12.5}', fork: false },
      { payload: '' },
    ])
  })

  it('stores a counted heartbeat once, however often it is resent', async () => {
    const broker = await startTestBroker()
    const app = await broker.connect({ role: 'app', id: 'simrs' })
    for (const seq of [1, 2, 2, 1, 3]) {
      await app.publishAsync('siaga/v1/apps/simrs/heartbeat', JSON.stringify({ boot: 'b', seq }), qos1)
    }
    expect(broker.rows().map((row) => JSON.parse(row.payload).seq)).toEqual([1, 2, 3])
  })

  it('keeps what does not fit the schema in quarantine and acknowledges it', async () => {
    const broker = await startTestBroker()
    const app = await broker.connect({ role: 'app', id: 'simrs' })
    await app.publishAsync('siaga/v1/apps/simrs/heartbeat', '{"status":"fine"}', qos1)
    expect(broker.rows()).toEqual([])
    expect(broker.reader.quarantined(10)).toMatchObject([
      { sender: 'app:simrs', topic: 'siaga/v1/apps/simrs/heartbeat' },
    ])
  })

  it('refuses a wrong password with return code 4 and a foreign topic by closing', async () => {
    const broker = await startTestBroker()
    await expect(mqttClient(broker.url, { username: 'app:simrs', password: 'x' })).rejects.toMatchObject({ code: 4 })
    const app = await broker.connect({ role: 'app', id: 'simrs' })
    const closed = closing(app)
    app.publish('siaga/v1/apps/other/heartbeat', '', qos1)
    await closed
    expect(broker.rows()).toEqual([])
  })

  it('refuses wildcards and other doors in a subscription, and never forwards them', async () => {
    const broker = await startTestBroker()
    const door = await broker.connect({ role: 'door', id: 'a' })
    await expect(door.subscribeAsync('siaga/v1/doors/+/command')).rejects.toThrow()
    await expect(door.subscribeAsync('siaga/v1/doors/b/command')).rejects.toThrow()
    await door.subscribeAsync('siaga/v1/doors/a/command', qos1)
    const server = await broker.connect({ role: 'server', id: 'main' })
    const seen: string[] = []
    door.on('message', (topic) => seen.push(topic))
    await server.publishAsync('siaga/v1/doors/b/command', '{"id":"x","kind":"challenge"}', qos1)
    await server.publishAsync('siaga/v1/doors/a/command', '{"id":"x","kind":"challenge"}', qos1)
    await until('the command', () => seen.length > 0)
    expect(seen).toEqual(['siaga/v1/doors/a/command'])
  })

  it('answers the contiguous watermark, 0 when nothing is known, and keeps forks apart', async () => {
    const broker = await startTestBroker()
    const door = await broker.connect({ role: 'door', id: 'a' })
    const marks: unknown[] = []
    door.on('message', (_, payload) => marks.push(JSON.parse(payload.toString())))
    await door.subscribeAsync('siaga/v1/doors/a/acknowledged', qos1)
    await until('the first watermark', () => marks.length === 1)
    expect(marks).toEqual([{ journal: null, seq: 0 }])
    const send = (...records: unknown[]) =>
      door.publishAsync('siaga/v1/doors/a/events', JSON.stringify({ records }), qos1)
    await send(record(1), record(2), record(4))
    await until('2', () => marks.length === 2)
    await send(record(3))
    await until('4', () => marks.length === 3)
    await send(record(2), record(3, { kind: 'denied' }))
    await send(record(7, { kind: 'gap', from: 5, to: 7 }))
    await until('7', () => (marks.at(-1) as { seq: number }).seq === 7)
    expect(marks.slice(1, 3)).toEqual([
      { journal: 'a'.repeat(32), seq: 2 },
      { journal: 'a'.repeat(32), seq: 4 },
    ])
    const rows = broker.rows()
    expect(rows.filter((row) => row.fork)).toHaveLength(1)
    expect(rows.filter((row) => !row.fork).map((row) => JSON.parse(row.payload).seq)).toEqual([1, 2, 4, 3, 7])
  })

  it('quarantines a record whose hash is not that of its bytes', async () => {
    const broker = await startTestBroker()
    const door = await broker.connect({ role: 'door', id: 'a' })
    const forged = { ...record(1), kind: 'denied' }
    await door.publishAsync('siaga/v1/doors/a/events', JSON.stringify({ records: [forged] }), qos1)
    expect(broker.rows()).toEqual([])
    expect(broker.reader.quarantined(1)).toHaveLength(1)
  })

  it('keeps two identities with the same client id apart', async () => {
    const broker = await startTestBroker()
    const first = await broker.connect({ role: 'app', id: 'a' }, { clientId: 'same' })
    await broker.connect({ role: 'app', id: 'b' }, { clientId: 'same' })
    await first.publishAsync('siaga/v1/apps/a/heartbeat', '', qos1)
    expect(first.connected).toBe(true)
  })

  it('closes a connection within a second of its revocation', async () => {
    const broker = await startTestBroker()
    const app = await broker.connect({ role: 'app', id: 'a' })
    const closed = closing(app)
    broker.credentials.revoke('app:a')
    await closed
  })

  it('cuts a large CONNECT before it is read', async () => {
    const broker = await startTestBroker()
    const socket = connect(broker.port, '127.0.0.1')
    socket.on('error', () => {
      // The cut may arrive as a reset.
    })
    socket.write(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x20]))
    await once(socket, 'close')
  })

  it('refuses a second broker on the same data', async () => {
    const broker = await startTestBroker()
    await expect(startTestBroker(broker.dataDir)).rejects.toThrow(/held by another process/)
  })
})
