/** The wall clock steps forward while somebody is connected, as NTP makes it do some time after a start. */
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { Identity } from '#contract/access.ts'
import { startTestBroker, type TestBroker } from '../harness/broker.ts'
import { type ConnectFields, connectPacket, pingPacket, publishPacket, WireClient } from '../harness/mqtt-wire.ts'

const CONNACK = 2
const PUBACK = 4
const PINGRESP = 13
const STEP_MS = 600_000
/** The MQTT library looks as often for wills of brokers that it has not heard for a while. */
const LOOK_EVERY_MS = 240_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
})

async function login(broker: TestBroker, identity: Identity, will: NonNullable<ConnectFields['will']>) {
  const { username, password } = broker.credentials.issue(identity)
  const client = new WireClient(broker.port)
  onTestFinished(() => client.destroy())
  client.send(connectPacket({ username, password, will }))
  expect((await client.expect(CONNACK)).body[1]).toBe(0)
  return client
}

/** Between any two looks at the clock. */
async function stepForward(broker: TestBroker, client: WireClient): Promise<void> {
  let wallMs = Date.now()
  const now = vi.spyOn(Date, 'now').mockImplementation(() => {
    wallMs += STEP_MS
    return wallMs
  })
  onTestFinished(() => now.mockRestore())
  vi.advanceTimersByTime(LOOK_EVERY_MS)
  client.send(pingPacket)
  await client.expect(PINGRESP)
  // Behind whatever the look has put into the journal.
  const server = await broker.connect({ role: 'server', id: 'main' })
  await server.publishAsync('siaga/v1/apps/last/heartbeat', '', { qos: 1 })
}

it('a door that is connected is not said to be offline', async () => {
  const broker = await startTestBroker()
  const status = (online: boolean) => JSON.stringify({ online, version: '1', boot: 'b', connection: 1 })
  const topic = 'siaga/v1/doors/a/status'
  const door = await login(broker, { role: 'door', id: 'a' }, { topic, payload: status(false), retain: true })
  door.send(publishPacket({ topic, payload: status(true) }))
  await door.expect(PUBACK)
  await stepForward(broker, door)
  expect(broker.rows().map(({ payload }) => payload)).toEqual([status(true), ''])
})

it('a will that its gateway may not publish any more ends nothing', async () => {
  const broker = await startTestBroker()
  const gateway = { role: 'gateway', id: 'hub' } as const
  const will = { topic: 'siaga/v1/apps/a/heartbeat', payload: '{"status":"down"}' }
  const hub = await login(broker, { ...gateway, apps: ['a'] }, will)
  broker.credentials.issue({ ...gateway, apps: ['b'] }, { overlapMs: 1_000 * STEP_MS })
  await stepForward(broker, hub)
  expect(broker.rows().map(({ subject }) => subject)).toEqual(['last'])
})
