/** Each token that works is told of and ends by itself, and a gateway's applications change, in force within a second. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type LoginStack, startLoginStack, Visitor } from '../harness/login.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { registerApps } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const WITHIN_MS = 1_000
const Issued = z.object({ username: z.string(), password: z.string() })
const Tokens = z.array(
  z.object({ token: z.string(), until: z.iso.datetime().nullable(), lastUsedAt: z.iso.datetime().nullable() }),
)
const Listed = z.object({
  identities: z.array(z.object({ username: z.string(), apps: z.array(z.string()).nullable(), tokens: Tokens })),
})

async function start() {
  const stack = await startLoginStack()
  registerApps(stack.siaga.dataDir, [
    { id: 'simrs', intervalS: 60, graceS: 10 },
    { id: 'sp2d', intervalS: 60, graceS: 10 },
  ])
  const { visitor } = stack.administrator
  const identity = async (username: string) => {
    const { identities } = Listed.parse((await visitor.get('/api/v1/identities')).body)
    return identities.find((one) => one.username === username)
  }
  await until('the server to know what the shell registered', () => identity('app:sp2d'))
  return { stack, visitor, identity }
}

/** Status of a push with this token. */
async function pushed({ siaga }: LoginStack, app: string, token: string): Promise<number> {
  const bearer = { authorization: `Bearer ${token}` }
  return (await new Visitor(siaga.httpUrl).post(`/api/v1/heartbeat/${app}`, {}, bearer)).status
}

it('one token of an overlap ends, its connection with it, and the other goes on', async () => {
  const { stack, visitor, identity } = await start()
  const rotate = async (overlapHours: number) =>
    Issued.parse((await visitor.post('/api/v1/identities/rotate', { username: 'app:simrs', overlapHours })).body)
  const older = await rotate(0)
  const connect = (password: string) => mqttClient(stack.siaga.mqttUrl, { username: 'app:simrs', password })
  const [oldClient, newer] = [await connect(older.password), await rotate(168)]
  const newClient = await connect(newer.password)
  expect(await pushed(stack, 'simrs', older.password)).toBe(202)

  const tokens = (await identity('app:simrs'))?.tokens ?? []
  expect(tokens).toMatchObject([{ until: null }, { until: expect.any(String), lastUsedAt: expect.any(String) }])
  expect(Date.parse(tokens[1]?.until ?? '') - Date.now()).toBeGreaterThan(167 * 3_600_000)
  const end = (token: string | undefined) =>
    visitor.post('/api/v1/identities/end-token', { username: 'app:simrs', token })
  expect((await end(tokens[1]?.token)).status).toBe(200)
  expect(await pushed(stack, 'simrs', older.password)).toBe(401)
  await until('the old connection ends', () => !oldClient.connected, WITHIN_MS)
  expect([newClient.connected, await pushed(stack, 'simrs', newer.password)]).toEqual([true, 202])
  expect((await identity('app:simrs'))?.tokens).toMatchObject([{ token: tokens[0]?.token, until: null }])
  expect(await end(tokens[1]?.token)).toMatchObject({ status: 404, body: { type: 'urn:siaga:problem:token-unknown' } })
  const { entries } = (await visitor.get('/api/v1/audit?limit=1')).body as { entries: unknown[] }
  expect(entries).toMatchObject([{ act: 'token ended', about: { identity: 'app:simrs', token: tokens[1]?.token } }])
})

it("a gateway's applications change after it was made, and those of nobody else", async () => {
  const { stack, visitor, identity } = await start()
  const { password } = Issued.parse((await visitor.post('/api/v1/identities', { role: 'gateway', id: 'pusat' })).body)
  const change = (username: string, apps: readonly string[] | null) =>
    visitor.post('/api/v1/identities/apps', { username, apps })
  const statuses = async () => [await pushed(stack, 'simrs', password), await pushed(stack, 'sp2d', password)]
  expect(await statuses()).toEqual([202, 202])
  expect((await change('gateway:pusat', ['sp2d'])).status).toBe(200)
  expect((await identity('gateway:pusat'))?.apps).toEqual(['sp2d'])
  expect(await statuses()).toEqual([401, 202])
  expect((await change('gateway:pusat', null)).status).toBe(200)
  expect((await identity('gateway:pusat'))?.apps).toBeNull()
  expect(await statuses()).toEqual([202, 202])
  expect(await change('gateway:pusat', ['nowhere'])).toMatchObject({ status: 409, body: { value: 'nowhere' } })
  const again = await visitor.post('/api/v1/identities', { role: 'gateway', id: 'pusat' })
  expect(again).toMatchObject({ status: 409, body: { value: 'gateway:pusat' } })
  expect(await change('app:simrs', ['sp2d'])).toMatchObject({ status: 409 })
  expect((await identity('app:simrs'))?.apps).toBeNull()
})
