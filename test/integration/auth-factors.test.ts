/** Whoever knows the password alone adds no factor of their own beside the one there is. */
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { Authenticator } from '../harness/authenticator.ts'
import { forgetStepUp, type LoginStack, password, startLoginStack, Visitor } from '../harness/login.ts'
import { totpCode } from '../harness/totp.ts'

const name = 'laptop'
const needed = { status: 403, body: { type: 'urn:siaga:problem:step-up-needed' } }

/** Two browsers that know the same password, at the name to which passkeys belong. */
async function start(role = 'operator', env: Readonly<Record<string, string>> = {}) {
  const stack: LoginStack = await startLoginStack(env)
  const { email, id } = await stack.newcomer(role)
  const home = stack.siaga.httpUrl.replace('127.0.0.1', 'localhost')
  const logIn = async () => {
    const visitor = new Visitor(home, stack.api)
    await visitor.login(email)
    return visitor
  }
  return { stack, id, owner: await logIn(), other: await logIn(), logIn }
}

async function passkeyFor(visitor: Visitor, key: Authenticator) {
  const { body } = await visitor.post('/api/v1/passkeys/options', { password })
  const { challenge } = z.object({ challenge: z.string() }).parse(body)
  return { name, creation: key.create({ challenge, origin: visitor.origin, host: 'localhost' }) }
}

const make = (visitor: Visitor, made: unknown) => visitor.post('/api/v1/passkeys', made, { origin: visitor.origin })
const status = async (visitor: Visitor) => (await visitor.get('/api/v1/status')).status
const uriOf = ({ body }: { body: unknown }) => z.object({ uri: z.string() }).parse(body).uri

it('neither codes, begun before or after, nor a passkey beside a passkey', async () => {
  const { owner, other } = await start()
  const begun = uriOf(await other.post('/api/v1/session/totp', { password }))
  const ready = await passkeyFor(other, new Authenticator())
  expect((await make(owner, await passkeyFor(owner, new Authenticator()))).status).toBe(200)
  expect([await status(owner), await status(other)]).toEqual([200, 403])

  expect(await other.post('/api/v1/session/totp', { password })).toMatchObject(needed)
  for (const act of ['totp/confirm', 'step-up']) {
    expect(await other.post(`/api/v1/session/${act}`, { code: totpCode(begun) }), act).toMatchObject(needed)
  }
  // Nor as if it were the second step of a login.
  expect((await other.post('/api/v1/session/code', { code: totpCode(begun) })).status).toBe(401)
  expect(await make(other, ready)).toMatchObject(needed)
  expect(await other.post('/api/v1/passkeys/options', { password })).toMatchObject(needed)
  expect(await status(other)).toBe(403)

  // Nor by the owner's hand: they ended with the making of the passkey.
  const unconfirmed = await owner.post('/api/v1/session/totp/confirm', { code: totpCode(begun) })
  expect(unconfirmed).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:not-accepted' } })

  // The owner has just proven the passkey, and may.
  const uri = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(uri) })).status).toBe(200)
  expect(await status(owner)).toBe(200)
  // Another app in place of this one, in one go.
  expect((await owner.post('/api/v1/session/totp/remove', { password })).status).toBe(200)
  const next = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(next) })).status).toBe(200)
  expect(await status(owner)).toBe(200)
})

it('no passkey beside codes', async () => {
  const { owner, other } = await start()
  const ready = await passkeyFor(other, new Authenticator())
  const uri = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(uri) })).status).toBe(200)
  expect(await make(other, ready)).toMatchObject(needed)
  expect(await other.post('/api/v1/session/totp', { password })).toMatchObject(needed)
  expect(await status(other)).toBe(403)
})

it('a recovery code of an app that was never confirmed opens nothing', async () => {
  const { other } = await start()
  const { body } = await other.post('/api/v1/session/totp', { password })
  const { recoveryCodes } = z.object({ recoveryCodes: z.array(z.string()) }).parse(body)
  expect((await other.post('/api/v1/session/code', { code: recoveryCodes[0] })).status).toBe(401)
  expect(await status(other)).toBe(403)
})

it('a step-up is no way to confirm a first app', async () => {
  const { other } = await start()
  const uri = uriOf(await other.post('/api/v1/session/totp', { password }))
  expect(await other.post('/api/v1/session/step-up', { code: totpCode(uri) })).toMatchObject({
    status: 403,
    body: { type: 'urn:siaga:problem:second-factor-missing' },
  })
  expect(await status(other)).toBe(403)
  expect((await other.post('/api/v1/session/totp/confirm', { code: totpCode(uri) })).status).toBe(200)
  expect(await status(other)).toBe(200)
})

/** A write whose headers are there and whose body is not: the server has said that it waits for it. */
async function withheld(visitor: Visitor, path: string, body: unknown) {
  const bytes = JSON.stringify(body)
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) },
    ...{ cookie: visitor.cookie(), origin: visitor.origin, expect: '100-continue' },
  }
  const open = request(`${visitor.origin}${path}`, { method: 'POST', headers })
  open.flushHeaders()
  await once(open, 'continue')
  return async () => {
    open.end(bytes)
    const [response] = await once(open, 'response')
    const { type } = z.object({ type: z.string() }).parse(JSON.parse(await text(response)))
    return { status: response.statusCode, body: { type } }
  }
}

it('a write begun with its headers alone is judged by what holds when its body comes', async () => {
  const { owner, other } = await start()
  const making = await withheld(other, '/api/v1/passkeys', await passkeyFor(other, new Authenticator()))
  const ending = await withheld(other, '/api/v1/session/totp', { password })
  expect((await make(owner, await passkeyFor(owner, new Authenticator()))).status).toBe(200)
  expect(await making()).toMatchObject(needed)
  expect((await owner.post('/api/v1/sessions/end-others')).status).toBe(200)
  expect(await ending()).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:not-logged-in' } })
})

it('while an app is replaced, and after its removal, whoever knows the password alone sets up none', async () => {
  const { stack, id, owner, logIn } = await start()
  const first = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(first) })).status).toBe(200)
  expect((await owner.post('/api/v1/session/totp/remove', { password })).status).toBe(200)
  const thief = await logIn()
  const linkNeeded = { status: 403, body: { type: 'urn:siaga:problem:link-needed' } }
  const begun = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect(await thief.post('/api/v1/session/totp', { password })).toMatchObject(linkNeeded)
  expect(await thief.post('/api/v1/session/totp/confirm', { code: totpCode(begun) })).toMatchObject(linkNeeded)
  expect(await thief.post('/api/v1/passkeys/options', { password })).toMatchObject(linkNeeded)
  expect(await status(thief)).toBe(403)
  // The session that took it away goes on.
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(begun) })).status).toBe(200)
  expect(await status(owner)).toBe(200)

  // Who stopped half way comes back by a link.
  expect((await owner.post('/api/v1/session/totp/remove', { password })).status).toBe(200)
  const { body } = await stack.administrator.visitor.post(`/api/v1/accounts/${id}/link`)
  const { link } = z.object({ link: z.string() }).parse(body)
  expect((await owner.post('/api/v1/session/link', { link, password })).status).toBe(200)
  const anew = await logIn()
  expect((await anew.post('/api/v1/session/totp', { password })).status).toBe(200)
})

it('the last factor there is stays', async () => {
  const { owner } = await start()
  const made = await passkeyFor(owner, new Authenticator())
  expect((await make(owner, made)).status).toBe(200)
  const remove = () => owner.post(`/api/v1/passkeys/${made.creation.id}/remove`)
  expect(await remove()).toMatchObject({ status: 409, body: { type: 'urn:siaga:problem:last-factor' } })
  const uri = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(uri) })).status).toBe(200)
  expect((await remove()).status).toBe(200)
})

it('a write begun with the cookie of before a step-up gains nothing by it', async () => {
  const { stack } = await start()
  const { visitor } = stack.administrator
  forgetStepUp(stack.siaga)
  const account = { name: 'Budi', email: 'budi@kalbar.example', role: 'administrator', opd: null }
  expect(await visitor.post('/api/v1/accounts', account)).toMatchObject(needed)
  const begun = await withheld(visitor, '/api/v1/accounts', account)
  expect((await visitor.post('/api/v1/session/step-up', { code: visitor.codeApp?.code() })).status).toBe(200)
  expect(await begun()).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:not-logged-in' } })
  expect((await visitor.post('/api/v1/accounts', account)).status).toBe(201)
})

it('a new password needs the factor too, and ends a login that waits for its code', async () => {
  const { stack } = await start()
  const { visitor, email } = await stack.person('operator')
  forgetStepUp(stack.siaga)
  const change = { current: password, next: `${password} baru` }
  expect(await visitor.post('/api/v1/session/password', change)).toMatchObject(needed)
  expect((await visitor.post('/api/v1/session/step-up', { code: visitor.codeApp?.code() })).status).toBe(200)
  const waiting = new Visitor(visitor.origin, stack.api)
  expect((await waiting.post('/api/v1/session', { email, password })).body).toEqual({ step: 'code' })
  expect((await visitor.post('/api/v1/session/password', change)).status).toBe(200)
  expect(await waiting.post('/api/v1/session/code', { code: visitor.codeApp?.code() })).toMatchObject({
    status: 401,
    body: { type: 'urn:siaga:problem:code-late' },
  })
})

it('nor throws the owner out meanwhile, where a password is enough to look', async () => {
  const { owner, logIn } = await start('operator', { SIAGA_SECOND_FACTOR: 'acts' })
  const first = uriOf(await owner.post('/api/v1/session/totp', { password }))
  expect((await owner.post('/api/v1/session/totp/confirm', { code: totpCode(first) })).status).toBe(200)
  expect((await owner.post('/api/v1/session/totp/remove', { password })).status).toBe(200)
  const thief = await logIn()
  const linkNeeded = { status: 403, body: { type: 'urn:siaga:problem:link-needed' } }
  const change = { current: password, next: `${password} baru` }
  expect(await thief.post('/api/v1/session/password', change)).toMatchObject(linkNeeded)
  expect(await thief.post('/api/v1/sessions/end-others')).toMatchObject(linkNeeded)
  expect(await status(owner)).toBe(200)
})
