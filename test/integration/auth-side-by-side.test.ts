/** What several do at the same time: nobody holds up others at the same address, and no act overtakes another one's end. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { Authenticator } from '../harness/authenticator.ts'
import { type LoginStack, password, startLoginStack, Visitor } from '../harness/login.ts'
import { until } from '../harness/until.ts'

const CLIENTS_PER_SESSION_MAX = 20

const status = async (visitor: Visitor) => (await visitor.get('/api/v1/status')).status

async function linkFor({ administrator }: LoginStack, id: string): Promise<string> {
  const { body } = await administrator.visitor.post(`/api/v1/accounts/${id}/link`)
  return z.object({ link: z.string() }).parse(body).link
}

/** By name: to a bare address a browser gives no passkey. */
async function atHome({ siaga, api }: LoginStack, email: string): Promise<Visitor> {
  const visitor = new Visitor(siaga.httpUrl.replace('127.0.0.1', 'localhost'), api)
  await visitor.login(email)
  return visitor
}

async function madePasskey(visitor: Visitor, key = new Authenticator()) {
  const { body } = await visitor.post('/api/v1/passkeys/options', { password })
  const { challenge } = z.object({ challenge: z.string() }).parse(body)
  const creation = key.create({ challenge, origin: visitor.origin, host: 'localhost' })
  return { name: 'laptop', creation }
}

const make = (visitor: Visitor, made: unknown) => visitor.post('/api/v1/passkeys', made, { origin: visitor.origin })

it('wrong codes and wrong links of one hold up nobody else at the same address', async () => {
  const stack = await startLoginStack()
  const { email } = await stack.person('operator')
  const colleague = await stack.person('technician')
  const guessing = new Visitor(stack.siaga.httpUrl, stack.api)
  await guessing.post('/api/v1/session', { email, password })
  const tries: number[] = []
  while (tries.length < 6) tries.push((await guessing.post('/api/v1/session/code', { code: 'abcdefg' })).status)
  expect(tries).toContain(429)
  expect((await colleague.visitor.login(colleague.email)).status).toBe(200)

  const link = await linkFor(stack, colleague.id)
  for (let wrong = 0; wrong < 8; wrong += 1) {
    expect((await guessing.post('/api/v1/session/link', { link: `wrong${wrong}`, password })).status).toBe(401)
  }
  expect((await guessing.post('/api/v1/session/link', { link, password })).status).toBe(200)
})

it('the right password of a disabled account is refused as a wrong one, before any code', async () => {
  const stack = await startLoginStack()
  const { email, id } = await stack.person('operator')
  await stack.administrator.visitor.post(`/api/v1/accounts/${id}/disabled`, { disabled: true })
  const answer = await new Visitor(stack.siaga.httpUrl).post('/api/v1/session', { email, password })
  expect(answer).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:not-accepted' } })
})

it('of two first passkeys that two sessions make at once there is one', async () => {
  const stack = await startLoginStack()
  const { email } = await stack.newcomer('operator')
  const both = [await atHome(stack, email), await atHome(stack, email)]
  const ready = await Promise.all(both.map((visitor) => madePasskey(visitor)))
  const answers = await Promise.all(both.map((visitor, index) => make(visitor, ready[index])))
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403])
  expect((await Promise.all(both.map(status))).sort()).toEqual([200, 403])
})

it('the last administrator keeps the codes, until there is a passkey or another administrator', async () => {
  const stack = await startLoginStack()
  const { visitor } = stack.administrator
  const remove = () => visitor.post('/api/v1/session/totp/remove', { password })
  const last = { status: 409, body: { type: 'urn:siaga:problem:last-administrator' } }
  expect(await remove()).toMatchObject(last)
  const other = await stack.person('administrator')
  expect((await remove()).status).toBe(200)
  // Who now needs a link is nobody to rely on.
  expect(await other.visitor.post('/api/v1/session/totp/remove', { password })).toMatchObject(last)
  const disable = { disabled: true }
  expect(await other.visitor.post(`/api/v1/accounts/${other.id}/disabled`, disable)).toMatchObject(last)
})

it('a passkey whose id is long is removed like any other', async () => {
  const stack = await startLoginStack()
  const { email } = await stack.newcomer('operator')
  const visitor = await atHome(stack, email)
  const long = await madePasskey(visitor, new Authenticator('ES256', { idBytes: 1_000 }))
  expect((await make(visitor, long)).status).toBe(200)
  expect((await make(visitor, await madePasskey(visitor))).status).toBe(200)
  expect((await visitor.post(`/api/v1/passkeys/${long.creation.id}/remove`)).status).toBe(200)
})

it('one session has twenty live sockets at most', async () => {
  const stack = await startLoginStack()
  const { visitor } = await stack.person('wall')
  const clients = Array.from({ length: CLIENTS_PER_SESSION_MAX }, () => visitor.live())
  await until('all joined', () => clients.every(({ connected }) => connected))
  const one = visitor.live()
  const ends: string[] = []
  one.on('disconnect', (reason) => ends.push(reason))
  await until('one more is closed', () => ends.length === 1)
  expect(clients.every(({ connected }) => connected)).toBe(true)
  clients[0]?.disconnect()
  const next = visitor.live()
  await until('a place is free again', () => next.connected)
})
