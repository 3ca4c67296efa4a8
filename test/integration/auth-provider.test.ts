/** People log in by a real OpenID Connect provider on loopback; what they may is said here, and by nobody else. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type LoginStack, startLoginStack, Visitor } from '../harness/login.ts'
import {
  freePort,
  type LoginProvider,
  type LoginProviderOptions,
  passProvider,
  startLoginProvider,
} from '../harness/login-provider.ts'
import { until } from '../harness/until.ts'

const Subjects = z.object({
  subjects: z.array(z.object({ id: z.string(), subject: z.string(), account: z.string().nullable() })),
})

interface Bench {
  readonly stack: LoginStack
  readonly provider: LoginProvider
}

async function start(options: LoginProviderOptions = {}): Promise<Bench> {
  const port = await freePort()
  const provider = await startLoginProvider(`http://localhost:${port}`, options)
  return { stack: await startLoginStack({ SIAGA_HTTP_PORT: String(port), ...provider.settings }), provider }
}

async function begin(visitor: Visitor): Promise<string> {
  const { body } = await visitor.post('/api/v1/session/provider', { next: '/wall' })
  return z.object({ address: z.string() }).parse(body).address
}

const finish = (visitor: Visitor, { search }: URL) => visitor.post('/api/v1/session/provider/return', { search })

/** The whole way, as a browser goes it, at the name to which passkeys belong. */
async function logIn({ stack, provider }: Bench, subject: string) {
  const visitor = new Visitor(stack.siaga.httpUrl.replace('127.0.0.1', 'localhost'))
  const back = await passProvider(provider, await begin(visitor), subject)
  return { visitor, back, answer: await finish(visitor, back) }
}

/** What an administrator sees of who came. */
async function waiting({ stack: { administrator } }: Bench, subject: string) {
  const { subjects } = Subjects.parse((await administrator.visitor.get('/api/v1/provider-subjects')).body)
  const found = subjects.find((one) => one.subject === subject)
  if (!found) throw new Error(`"${subject}" is not in the list`)
  return found
}

const status = async (visitor: Visitor) => (await visitor.get('/api/v1/status')).status

describe('a login by the provider', () => {
  it('opens nothing until an administrator has given an account, then what its role may, and ends with it', async () => {
    const bench = await start()
    const { visitor: administrator } = bench.stack.administrator
    const first = await logIn(bench, 'budi')
    expect(first.answer).toMatchObject({ status: 403, body: { type: 'urn:siaga:problem:access-not-given' } })
    expect(await status(first.visitor)).toBe(401)
    const { id } = await waiting(bench, 'budi')
    const account = { name: 'Budi', email: 'budi@kalbar.example', role: 'technician', opd: null }
    expect((await administrator.post(`/api/v1/provider-subjects/${id}/account`, account)).status).toBe(201)

    const { visitor, answer } = await logIn(bench, 'budi')
    expect(answer).toMatchObject({ status: 200, body: { next: '/wall' } })
    expect((await visitor.get('/api/v1/session')).body).toMatchObject({
      provider: 'SSO',
      person: { role: 'technician', hasPassword: false, hasTotp: false },
    })
    expect((await visitor.get('/api/v1/accounts')).status).toBe(403)
    await visitor.post('/api/v1/session/end')
    expect(await status(visitor)).toBe(401)

    const again = await logIn(bench, 'budi')
    expect(await status(again.visitor)).toBe(200)
    const live = again.visitor.live()
    await until('the socket is open', () => live.connected)
    const person = (await waiting(bench, 'budi')).account
    expect((await administrator.post(`/api/v1/accounts/${person}/disabled`, { disabled: true })).status).toBe(200)
    expect(await status(again.visitor)).toBe(401)
    await until('the socket ends', () => live.disconnected, 1_000)
    expect((await logIn(bench, 'budi')).answer.status).toBe(401)
  })

  it('is one factor, unless the provider vouches for several in a signed token', async () => {
    const bench = await start({ methods: ['pwd'] })
    const { visitor: administrator } = bench.stack.administrator
    await logIn(bench, 'budi')
    const { id } = await waiting(bench, 'budi')
    const account = { name: 'Budi', email: 'budi@kalbar.example', role: 'technician', opd: null }
    expect((await administrator.post(`/api/v1/provider-subjects/${id}/account`, account)).status).toBe(201)
    const { visitor } = await logIn(bench, 'budi')
    expect(await visitor.get('/api/v1/status')).toMatchObject({
      status: 403,
      body: { type: 'urn:siaga:problem:second-factor-due' },
    })
    // Without a password the passkey is the other factor; a login just now is what opens its making.
    expect((await visitor.post('/api/v1/passkeys/options')).status).toBe(200)
  })

  it('that vouches for two factors opens nothing dangerous: this asks for a factor of ours', async () => {
    const bench = await start()
    const { visitor: administrator } = bench.stack.administrator
    const second = await bench.stack.person('administrator')
    await logIn(bench, 'sari')
    const { id } = await waiting(bench, 'sari')
    expect((await administrator.post(`/api/v1/provider-subjects/${id}/link`, { account: second.id })).status).toBe(200)
    const { visitor } = await logIn(bench, 'sari')
    expect((await visitor.get('/api/v1/accounts')).status).toBe(200)
    const needed = { status: 403, body: { type: 'urn:siaga:problem:step-up-needed' } }
    const account = { name: 'Budi', email: 'budi@kalbar.example', role: 'technician', opd: null }
    expect(await visitor.post('/api/v1/accounts', account)).toMatchObject(needed)
    expect(await visitor.post('/api/v1/sessions/end-others')).toMatchObject(needed)
    expect((await visitor.post('/api/v1/session/step-up', { code: second.visitor.codeApp?.code() })).status).toBe(200)
    expect((await visitor.post('/api/v1/accounts', account)).status).toBe(201)
  })

  it('goes by issuer and subject: the same address of mail at the provider opens no account here', async () => {
    const bench = await start()
    const { visitor: administrator } = bench.stack.administrator
    // The provider says "admin@kalbar.example" of this subject, without having verified it.
    const { visitor, answer } = await logIn(bench, 'admin')
    expect(answer.status).toBe(403)
    expect(await status(visitor)).toBe(401)
    const { id, account } = await waiting(bench, 'admin')
    expect(account).toBeNull()
    const leader = await bench.stack.person('leader')
    expect((await administrator.post(`/api/v1/provider-subjects/${id}/link`, { account: leader.id })).status).toBe(200)
    const linked = await logIn(bench, 'admin')
    expect((await linked.visitor.get('/api/v1/session')).body).toMatchObject({ person: { role: 'leader' } })
    // A dangerous act still asks for a factor of ours.
    const twice = await administrator.post(`/api/v1/provider-subjects/${id}/link`, { account: leader.id })
    const linkedAlready = { status: 409, body: { type: 'urn:siaga:problem:subject-linked' } }
    expect(twice).toMatchObject(linkedAlready)
    const ghost = { name: 'Ghost', email: 'ghost@kalbar.example', role: 'administrator', opd: null }
    expect(await administrator.post(`/api/v1/provider-subjects/${id}/account`, ghost)).toMatchObject(linkedAlready)
    expect(JSON.stringify((await administrator.get('/api/v1/accounts')).body)).not.toContain(ghost.email)
    expect((await administrator.post(`/api/v1/provider-subjects/${id}/remove`)).status).toBe(200)
    expect(await status(linked.visitor)).toBe(401)
    expect((await logIn(bench, 'admin')).answer.status).toBe(403)
  })

  it('is refused without the cookie of who began, with another state, a second time, and after a refusal there', async () => {
    const bench = await start()
    const fresh = () => new Visitor(bench.stack.siaga.httpUrl)
    const one = fresh()
    const back = await passProvider(bench.provider, await begin(one), 'sari')
    const late = { status: 401, body: { type: 'urn:siaga:problem:provider-late' } }
    const refused = { status: 401, body: { type: 'urn:siaga:problem:provider-refused' } }
    expect(await finish(fresh(), back), 'a login put under another browser').toMatchObject(late)
    const other = fresh()
    await begin(other)
    expect(await finish(other, back), 'the code of another flow').toMatchObject(refused)
    expect((await finish(one, back)).status, 'the right one, known and without access').toBe(403)
    expect(await finish(one, back), 'a second time').toMatchObject(late)
    const state = new URL(await begin(one)).searchParams.get('state') ?? ''
    const iss = encodeURIComponent(bench.provider.issuer)
    const denied = new URL(`http://x/login/return?error=access_denied&state=${state}&iss=${iss}`)
    expect(await finish(one, denied), 'refused there').toMatchObject(refused)
    for (const said of ['https://sso.other.example', undefined]) {
      const mixed = await passProvider(bench.provider, await begin(one), 'sari')
      if (said === undefined) mixed.searchParams.delete('iss')
      else mixed.searchParams.set('iss', said)
      expect(await finish(one, mixed), `the answer of ${said}`).toMatchObject(refused)
    }
    expect(await status(one)).toBe(401)
  })

  it('believes no token whose signature was made for other claims', async () => {
    const bench = await start({ forged: 'sari' })
    const { visitor, answer } = await logIn(bench, 'budi')
    expect(answer).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:provider-refused' } })
    expect(await status(visitor)).toBe(401)
    const { body } = await bench.stack.administrator.visitor.get('/api/v1/provider-subjects')
    expect(Subjects.parse(body).subjects).toEqual([])
    await until('the refusal in the log', () =>
      bench.stack.siaga.server.lines.some((line) => line.includes('a login by the provider was refused')),
    )
  })

  it('believes no token that was made for another login', async () => {
    const bench = await start({ nonce: 'of-another-login' })
    const { visitor, answer } = await logIn(bench, 'budi')
    expect(answer).toMatchObject({ status: 401, body: { type: 'urn:siaga:problem:provider-refused' } })
    expect(await status(visitor)).toBe(401)
  })

  it('leaves the password as a way in while the provider is away', async () => {
    const port = await freePort()
    const away = {
      SIAGA_PUBLIC_URL: `http://localhost:${port}`,
      SIAGA_OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
      SIAGA_OIDC_CLIENT_ID: 'siaga',
      SIAGA_OIDC_CLIENT_SECRET: 's'.repeat(32),
    }
    const { siaga, person } = await startLoginStack({ SIAGA_HTTP_PORT: String(port), ...away })
    const answer = await new Visitor(siaga.httpUrl).post('/api/v1/session/provider', { next: '/' })
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:siaga:problem:provider-away' } })
    expect(await status((await person('operator')).visitor)).toBe(200)
  })
})
