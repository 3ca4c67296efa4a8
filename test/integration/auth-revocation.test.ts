/** Tokens that end: a revoked one is heard no longer, by MQTT and by HTTP, within a second; the server's own lives as long as it. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { startLoginStack, Visitor } from '../harness/login.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { registerApps, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const WITHIN_MS = 1_000
const topic = 'siaga/v1/apps/simrs/heartbeat'

it('ends its live connection, its next login and its pushes, and leaves those of others', async () => {
  const { siaga, administrator } = await startLoginStack()
  const timing = { intervalS: 60, graceS: 10 }
  const credentials = registerApps(siaga.dataDir, [
    { id: 'simrs', ...timing },
    { id: 'tetap', ...timing },
  ])
  const connect = (id: string) => mqttClient(siaga.mqttUrl, { ...credentials.get(id) })
  const sender = new Visitor(siaga.httpUrl)
  const push = async (id: string) => {
    const bearer = { authorization: `Bearer ${credentials.get(id)?.password}` }
    return (await sender.post(`/api/v1/heartbeat/${id}`, {}, bearer)).status
  }
  const urlPush = async () => (await sender.get(`/hb/${credentials.get('simrs')?.password}`)).status
  await until('the server to know both', async () => (await push('simrs')) === 202 && (await push('tetap')) === 202)
  expect(await urlPush()).toBe(202)
  const [client, other] = [await connect('simrs'), await connect('tetap')]
  await client.publishAsync(topic, '', { qos: 1 })

  const username = 'app:simrs'
  expect((await administrator.visitor.post('/api/v1/identities/revoke', { username })).status).toBe(200)
  const revokedMs = performance.now()
  expect([await push('simrs'), await urlPush()]).toEqual([401, 404])
  await until('the connection ends', () => !client.connected, WITHIN_MS)
  expect(performance.now() - revokedMs).toBeLessThan(WITHIN_MS)
  await expect(connect('simrs')).rejects.toMatchObject({ code: 4 })

  expect(other.connected).toBe(true)
  await other.publishAsync(topic.replace('simrs', 'tetap'), '', { qos: 1 })
  expect(await push('tetap')).toBe(202)
})

it('the server makes itself another token at each start, and the one of before ends', async () => {
  const siaga = await startSiaga()
  const db = new DatabaseSync(join(siaga.dataDir, 'identity.db'))
  onTestFinished(() => db.close())
  const hashes = () => db.prepare(`SELECT token_hash FROM tokens WHERE role = 'server'`).all()
  const before = hashes()
  expect(before).toHaveLength(1)
  await siaga.server.stop()
  await siaga.server.start()
  expect(hashes()).toHaveLength(1)
  expect(hashes()).not.toEqual(before)
  await until('connected with the new one', async () => (await fetch(`${siaga.httpUrl}/readyz`)).ok)
})
