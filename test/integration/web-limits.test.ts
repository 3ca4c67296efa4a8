/** How much one address may ask, by which name, and which address that is: at a running server. */
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { ADDRESS_HEADER } from '../../server/auth/cookies.ts'
import { inAuthDb, password, refusedLive, startLoginStack, startWithLogin, Visitor } from '../harness/login.ts'
import type { Siaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const WITHIN_MS = 1_000

/** A client of its own, from an address of its own if given. */
async function ask(
  { httpUrl }: Siaga,
  path: string,
  { from = '127.0.0.1', body, ...headers }: Readonly<Record<string, string>> = {},
) {
  const url = new URL(path, httpUrl)
  const method = body === undefined ? 'GET' : 'POST'
  const asked = request(url, {
    method,
    localAddress: from,
    headers: { 'content-type': 'application/json', ...headers },
  })
  asked.end(body)
  const [response] = await once(asked, 'response')
  return { status: response.statusCode as number, headers: response.headers, text: await text(response) }
}

/** Every way in, by what it must bear of one address: a shift at one desk, and devices one by one. */
const perMinute: Readonly<Record<string, number>> = {
  '/api/v1/session': 60,
  '/api/v1/session/code': 60,
  '/api/v1/session/link': 60,
  '/api/v1/session/passkey': 60,
  '/api/v1/enrolment': 10,
}

it('answers one address so many tries a minute, whatever address it says it has, and others meanwhile', async () => {
  const siaga = await startWithLogin()
  for (const [path, max] of Object.entries(perMinute)) {
    const statuses: number[] = []
    for (let tries = 0; tries < max; tries += 1) {
      statuses.push((await ask(siaga, path, { body: '{}', 'x-forwarded-for': `10.0.0.${tries}` })).status)
    }
    expect(statuses, path).toEqual(new Array(max).fill(400))
    const late = await ask(siaga, path, { body: '{}', 'x-forwarded-for': '10.0.1.1' })
    expect([late.status, late.headers['content-type']], path).toEqual([429, 'application/problem+json'])
    const waitS = Number(late.headers['retry-after'])
    expect(waitS > 0 && waitS <= 60, `${path}: ${waitS} s`).toBe(true)
    expect((await ask(siaga, path, { body: '{}', from: '127.0.0.2' })).status, path).toBe(400)
  }
})

it('is known by its own names alone, to requests and sockets', async () => {
  const { siaga, administrator } = await startLoginStack()
  const { port } = new URL(siaga.httpUrl)
  const statusAs = async (host: string, path: string) => (await ask(siaga, path, { host })).status
  for (const path of ['/healthz', '/login', '/api/v1/session', '/nowhere']) {
    for (const host of ['siaga.other.example', `siaga.other.example:${port}`, '127.0.0.1:1', 'localhost']) {
      expect(await statusAs(host, path), `${host}${path}`).toBe(421)
    }
  }
  expect([await statusAs(`localhost:${port}`, '/healthz'), await statusAs(`127.0.0.1:${port}`, '/healthz')]).toEqual([
    200, 200,
  ])
  await refusedLive(administrator.visitor, { host: `siaga.other.example:${port}` })
})

it('goes by the address of the connection, unless a proxy that is named says another', async () => {
  const claimed = { 'x-forwarded-for': '10.9.8.7', [ADDRESS_HEADER]: '10.9.8.6' }
  const addressesOf = async (env: Readonly<Record<string, string>>) => {
    const { siaga, newcomer } = await startLoginStack(env)
    const { email, id } = await newcomer('operator')
    await new Visitor(siaga.httpUrl).post('/api/v1/session', { email, password }, claimed)
    const rows = inAuthDb(siaga, (db) =>
      db.prepare('SELECT address FROM session_marks WHERE person = ? ORDER BY began_ms').all(id),
    )
    return rows.map(({ address }) => address)
  }
  expect(await addressesOf({})).toEqual(['127.0.0.1', '127.0.0.1'])
  expect(await addressesOf({ SIAGA_TRUST_PROXY: '127.0.0.1' })).toEqual(['127.0.0.1', '10.9.8.7'])
})

it('takes no more of a screen than a resync can need', async () => {
  const { administrator } = await startLoginStack()
  const client = administrator.visitor.live()
  const seen: string[] = []
  client.on('snapshot', () => seen.push('snapshot'))
  client.on('disconnect', (reason) => seen.push(reason))
  await until('joined', () => seen.length === 1)
  const send = (bytes: number) => client.emit('resync', ...(['x'.repeat(bytes)] as unknown as []))
  // With the words around it: 0/live,["resync","…"] behind the sign of a message.
  send(1_000)
  await until('an answer', () => seen.length === 2)
  send(1_024)
  await until('the end', () => client.disconnected, WITHIN_MS)
  expect(seen).toEqual(['snapshot', 'snapshot', 'transport close'])
})
