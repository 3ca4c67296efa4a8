/** Passwords, one-time links and codes at a running server: what is taken, how it rests, and how long it lives. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { inAuthDb, password, startLoginStack, Visitor } from '../harness/login.ts'
import type { Siaga } from '../harness/siaga.ts'
import { totpCode } from '../harness/totp.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const [eleven, twelve] = ['kapuas hulu', 'kapuas hulu!']
const notAccepted = { status: 401, body: { type: 'urn:siaga:problem:not-accepted' } }

it('a new password has twelve characters, comes with the one of before, and rests as argon2id', async () => {
  const { siaga, person } = await startLoginStack()
  const { visitor, email, id } = await person('operator')
  const change = (current: string, next: string) => visitor.post('/api/v1/session/password', { current, next })
  expect((await change(password, eleven)).status).toBe(400)
  expect(await change('bukan kata sandinya', twelve)).toMatchObject(notAccepted)
  expect((await visitor.get('/api/v1/status')).status).toBe(200)
  expect((await change(password, twelve)).status).toBe(200)
  expect(await visitor.post('/api/v1/session', { email, password })).toMatchObject(notAccepted)
  expect((await visitor.post('/api/v1/session', { email, password: twelve })).body).toEqual({ step: 'code' })
  const hashes = inAuthDb(siaga, (db) => db.prepare('SELECT userId, password FROM account').all())
  expect(hashes.map(({ userId }) => userId)).toContain(id)
  // 19 MiB, two passes; salt of 16 bytes, hash of 32.
  const phc = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/
  for (const { password: hash } of hashes) expect(hash).toMatch(phc)
})

it('a one-time link has 256 bits and opens for a day', async () => {
  const { siaga, administrator, person } = await startLoginStack()
  const { id } = await person('operator')
  const makeOlder = (byMs: number) =>
    inAuthDb(siaga, (db) => db.prepare('UPDATE one_time_links SET until_ms = until_ms - ?').run(byMs))
  const issue = async () => {
    const { body } = await administrator.visitor.post(`/api/v1/accounts/${id}/link`)
    return z.object({ link: z.string(), until: z.string() }).parse(body)
  }
  const use = (link: string) => new Visitor(siaga.httpUrl).post('/api/v1/session/link', { link, password })
  const old = await issue()
  expect(Buffer.from(old.link, 'base64url')).toHaveLength(32)
  expect(Date.parse(old.until)).toBeLessThanOrEqual(Date.now() + DAY_MS)
  makeOlder(DAY_MS)
  expect(await use(old.link)).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:link-ended' } })
  const { link } = await issue()
  makeOlder(DAY_MS - MINUTE_MS)
  expect((await use(link)).status).toBe(200)
})

/** As if every login that waits for its code had begun so long before. */
function makeWaitOlder(siaga: Siaga, byMs: number): void {
  inAuthDb(siaga, (db) => {
    for (const { id, expiresAt } of db.prepare('SELECT id, expiresAt FROM verification').all()) {
      const untilMs = new Date(String(expiresAt)).getTime() - byMs
      db.prepare('UPDATE verification SET expiresAt = ? WHERE id = ?').run(new Date(untilMs).toISOString(), String(id))
    }
  })
}

it('a code of two steps ago opens nothing, and a login waits five minutes for a right one', async () => {
  const { siaga, administrator } = await startLoginStack()
  const email = 'admin@kalbar.example'
  const visitor = new Visitor(siaga.httpUrl)
  const enter = (steps: number) => visitor.post('/api/v1/session/code', { code: totpCode(administrator.uri, steps) })
  const begun = await visitor.login(email)
  expect(begun.headers.getSetCookie().join()).toMatch(/Max-Age=300;/i)
  makeWaitOlder(siaga, 5 * MINUTE_MS)
  expect(await enter(1)).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:code-late' } })
  await visitor.login(email)
  makeWaitOlder(siaga, 4 * MINUTE_MS)
  expect(await enter(-2)).toMatchObject(notAccepted)
  expect((await enter(1)).status).toBe(200)
})
