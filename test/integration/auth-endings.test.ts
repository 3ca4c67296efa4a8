/** What takes a right away ends sessions and open sockets within a second. */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Manager } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import { inAuthDb, type LoginStack, password, startLoginStack, Visitor } from '../harness/login.ts'
import { until } from '../harness/until.ts'

const WITHIN_MS = 1_000
/** Sockets are looked over each 400 ms; twice that, and some. */
const LOOKED_OVER_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Socket.IO's CONNECT and DISCONNECT packets for the namespace, behind the engine's own sign of a message. */
const JOIN_LIVE = '0/live,'
const LEAVE_LIVE = '1/live,'

type Victim = Awaited<ReturnType<LoginStack['person']>>
type Act = (stack: LoginStack, victim: Victim) => Promise<{ readonly status: number }>

const byAdministrator =
  (act: string, body: unknown = {}): Act =>
  ({ administrator }, { id }) =>
    administrator.visitor.post(`/api/v1/accounts/${id}/${act}`, body)

const acts: Readonly<Record<string, Act>> = {
  demotion: byAdministrator('role', { role: 'wall', opd: null }),
  'another OPD': byAdministrator('role', { role: 'opd-owner', opd: 'Dishub' }),
  disabling: byAdministrator('disabled', { disabled: true }),
  removal: byAdministrator('remove'),
  'ending all sessions': byAdministrator('end'),
  'a new one-time link': byAdministrator('link'),
  'a new password': (_, { visitor }) =>
    visitor.post('/api/v1/session/password', { current: password, next: `${password} baru` }),
  'logging out': (_, { visitor }) => visitor.post('/api/v1/session/end'),
  'ending the session elsewhere': async (_, { visitor, email }) => {
    const elsewhere = await visitor.again(email)
    const { sessions } = (await elsewhere.get('/api/v1/sessions')).body as {
      sessions: { id: string; current: boolean }[]
    }
    return elsewhere.post(`/api/v1/sessions/${sessions.find(({ current }) => !current)?.id}/end`)
  },
}

it('each of them', async () => {
  const stack = await startLoginStack()
  const took: Record<string, number> = {}
  for (const [name, act] of Object.entries(acts)) {
    const victim = await stack.person('operator')
    const client = victim.visitor.live()
    await until(`${name}: connected`, () => client.connected)
    const cookie = victim.visitor.cookie()
    const beganMs = performance.now()
    const { status } = await act(stack, victim)
    expect(status, name).toBe(200)
    // The old cookie, whatever the browser was told to keep.
    const late = await fetch(`${stack.siaga.httpUrl}/api/v1/status`, { headers: { cookie } })
    expect(late.status, name).toBe(401)
    await until(`${name}: the socket ends`, () => client.disconnected, WITHIN_MS)
    took[name] = Math.round(performance.now() - beganMs)
  }
  expect(Math.max(...Object.values(took)), JSON.stringify(took)).toBeLessThan(WITHIN_MS)
})

it('time, too: half an hour without use, twelve hours however it is used, and of a wall ninety days', async () => {
  const stack = await startLoginStack()
  const ends = [
    ['operator', 'seen_ms', HOUR_MS / 2],
    ['operator', 'began_ms', 12 * HOUR_MS],
    ['wall', 'began_ms', 90 * 24 * HOUR_MS],
  ] as const
  for (const [role, column, lastsMs] of ends) {
    const name = `${column} of ${role}`
    const { visitor, id } = await stack.person(role)
    const client = visitor.live()
    await until(`${name}: connected`, () => client.connected)
    const makeOlder = (byMs: number) =>
      inAuthDb(stack.siaga, (db) =>
        db.prepare(`UPDATE session_marks SET ${column} = ? WHERE person = ?`).run(Date.now() - byMs, id),
      )
    makeOlder(lastsMs - MINUTE_MS)
    await sleep(LOOKED_OVER_MS)
    expect(client.connected, name).toBe(true)
    makeOlder(lastsMs)
    // An open socket is no use: a page that nobody looks at ends too.
    await until(`${name}: the socket ends`, () => client.disconnected, WITHIN_MS)
    expect((await visitor.get('/api/v1/status')).status, name).toBe(401)
  }
})

it('a person cannot end the session of another, and the last administrator stays', async () => {
  const stack = await startLoginStack()
  const one = await stack.person('operator')
  const other = await stack.person('operator')
  const { sessions } = (await other.visitor.get('/api/v1/sessions')).body as { sessions: { id: string }[] }
  expect((await one.visitor.post(`/api/v1/sessions/${sessions[0]?.id}/end`)).status).toBe(404)
  expect((await other.visitor.get('/api/v1/status')).status).toBe(200)

  const { visitor } = stack.administrator
  const { accounts } = (await visitor.get('/api/v1/accounts')).body as { accounts: { id: string; role: string }[] }
  const own = accounts.find(({ role }) => role === 'administrator')?.id
  for (const [act, body] of [
    ['disabled', { disabled: true }],
    ['role', { role: 'leader', opd: null }],
  ] as const) {
    expect(await visitor.post(`/api/v1/accounts/${own}/${act}`, body)).toMatchObject({
      status: 409,
      body: { type: 'urn:siaga:problem:last-administrator' },
    })
  }
  expect(await visitor.post(`/api/v1/accounts/${own}/remove`)).toMatchObject({
    status: 409,
    body: { type: 'urn:siaga:problem:own-account' },
  })
})

it('a link that waits is told of, and ends by itself, with its account, and with the removal of its account', async () => {
  const { siaga, administrator, newcomer } = await startLoginStack()
  const { visitor } = administrator
  const { id } = await newcomer('operator')
  const byId = (act: string, body: unknown = {}) => visitor.post(`/api/v1/accounts/${id}/${act}`, body)
  const account = async () => {
    const { accounts } = (await visitor.get('/api/v1/accounts')).body as {
      accounts: { id: string; linkUntil: string | null }[]
    }
    return accounts.find((one) => one.id === id)
  }
  const endings = { 'link/end': {}, disabled: { disabled: true }, remove: {} }
  for (const [act, body] of Object.entries(endings)) {
    const { link, until: untilTime } = (await byId('link')).body as { link: string; until: string }
    expect(await account(), act).toMatchObject({ linkUntil: untilTime })
    expect((await byId(act, body)).status, act).toBe(200)
    expect((await account())?.linkUntil ?? null, act).toBeNull()
    const used = await new Visitor(siaga.httpUrl).post('/api/v1/session/link', { link, password })
    expect(used, act).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:link-ended' } })
  }
  expect(await account()).toBeUndefined()
  expect((await byId('remove')).body).toMatchObject({ type: 'urn:siaga:problem:account-unknown' })
  const { entries } = (await visitor.get('/api/v1/audit?limit=6')).body as {
    entries: { act: string; about: { account: string } }[]
  }
  expect(entries.filter(({ about }) => about.account === id).map(({ act }) => act)).toEqual([
    ...['account removed', 'one-time link issued'],
    ...['account disabled', 'one-time link issued'],
    ...['one-time link ended', 'one-time link issued'],
  ])
})

it('a proof gives the session another cookie, and a login ends the session it was made in', async () => {
  const stack = await startLoginStack()
  const { visitor, email } = await stack.person('operator')
  const statusWith = async (cookie: string) =>
    (await fetch(`${stack.siaga.httpUrl}/api/v1/status`, { headers: { cookie } })).status
  const client = visitor.live()
  await until('connected', () => client.connected)
  const before = visitor.cookie()
  expect(await statusWith(before)).toBe(200)
  expect((await visitor.post('/api/v1/session/step-up', { code: visitor.codeApp?.code() })).status).toBe(200)
  const renewed = visitor.cookie()
  expect([await statusWith(before), await statusWith(renewed)]).toEqual([401, 200])
  // The session itself goes on; a socket of the old cookie does not, and comes again with the new one.
  await until('the socket of the old cookie ends', () => client.disconnected, WITHIN_MS)
  const again = visitor.live()
  await until('connected again', () => again.connected)
  await sleep(LOOKED_OVER_MS)
  expect(again.connected).toBe(true)

  expect((await visitor.login(email)).status).toBe(200)
  expect([await statusWith(renewed), await statusWith(visitor.cookie())]).toEqual([401, 200])
  await until('the socket ends with its session', () => again.disconnected, WITHIN_MS)
})

it('a socket joins with the session of now, at /live alone, and once a connection', async () => {
  const stack = await startLoginStack()
  const { visitor, email } = await stack.person('operator')
  const open = (cookie: string) => {
    const manager = new Manager(stack.siaga.httpUrl, {
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: { cookie },
    })
    onTestFinished(() => void manager._close())
    return manager
  }
  // What is left of a stay is no place to wait for the next one.
  const hopping = open(visitor.cookie())
  const stay = hopping.socket('/live')
  await until('joined', () => stay.connected)
  hopping.engine.write(LEAVE_LIVE)
  await until('the connection ends', () => stay.disconnected, WITHIN_MS)

  // Nor is one connection good for several at once: the library takes those that come in one go.
  const crowd = open(visitor.cookie())
  crowd.on('open', () => {
    const { ws } = crowd.engine.transport as unknown as { ws: { _socket: Socket } }
    ws._socket.cork()
    for (let stay = 0; stay < 20; stay += 1) crowd.engine.write(JOIN_LIVE)
    setTimeout(() => ws._socket.uncork(), 50)
  })
  const closed: string[] = []
  crowd.on('close', (reason) => closed.push(reason))
  crowd.open()
  await until('a connection that would stay twenty times ends', () => closed.length === 1, WITHIN_MS)

  const other = open(visitor.cookie()).socket('/')
  const refused: string[] = []
  other.on('connect_error', ({ message }) => refused.push(message))
  await until('another namespace is refused', () => refused.length === 1)

  // The handshake was good; the session is not any more.
  const late = open(visitor.cookie())
  const opened: string[] = []
  late.on('open', () => opened.push('open'))
  late.open()
  await until('the connection is open', () => opened.length === 1)
  await visitor.post('/api/v1/session/end')
  const socket = late.socket('/live')
  const got: unknown[] = []
  socket.on('snapshot', (snapshot) => got.push(snapshot))
  const ended: string[] = []
  late.on('close', (reason) => ended.push(reason))
  await until('it ends', () => ended.length === 1, WITHIN_MS)
  expect(got).toEqual([])
  expect((await visitor.login(email)).status).toBe(200)
})
