/** People log in to a real server: the first one, passwords, second factors, and what is refused. */
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adminProcess } from '../harness/access.ts'
import {
  enrolTotp,
  firstLink,
  password,
  refusedLive,
  startLoginStack,
  startWithLogin,
  Visitor,
} from '../harness/login.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { totpCode } from '../harness/totp.ts'
import { until } from '../harness/until.ts'

const email = 'admin@kalbar.example'

describe('logging in', () => {
  it('makes the first administrator by the one-time link, and by nothing else', async () => {
    const siaga = await startWithLogin()
    const link = await firstLink(siaga)
    const visitor = new Visitor(siaga.httpUrl)
    expect((await visitor.get('/api/v1/status')).status).toBe(401)
    expect((await visitor.get('/wall')).headers.get('location')).toBe('/login?next=%2Fwall')
    expect((await visitor.post('/api/v1/session/link', { link: 'wrong', password, name: 'A', email })).status).toBe(401)
    expect((await visitor.post('/api/v1/session/link', { link, password: 'short', name: 'A', email })).status).toBe(400)
    const common = { link, password: 'administrator-2026', name: 'A', email }
    expect(await visitor.post('/api/v1/session/link', common)).toMatchObject({
      status: 409,
      body: { type: 'urn:siaga:problem:password-common' },
    })
    expect((await visitor.post('/api/v1/session/link', { link, password, name: 'A', email })).status).toBe(200)
    expect((await visitor.post('/api/v1/session/link', { link, password, name: 'B', email: 'b@x.id' })).status).toBe(
      401,
    )
    const login = await visitor.login(email)
    expect(login).toMatchObject({ status: 200, body: { step: 'done' } })
    expect(login.headers.getSetCookie().join()).toMatch(/HttpOnly; SameSite=Strict/i)
    expect((await visitor.get('/api/v1/session')).body).toMatchObject({
      login: true,
      person: { role: 'administrator' },
    })
    await enrolTotp(visitor)
    expect((await visitor.get('/api/v1/status')).status).toBe(200)
    await visitor.post('/api/v1/session/end')
    expect((await visitor.get('/api/v1/status')).status).toBe(401)
  })

  it('refuses a password that was published, by link and by change', async () => {
    const [stolen, list] = ['kuda putih di tepi kapuas', join(temporaryDirectory(), 'published.txt')]
    const hash = createHash('sha1').update(stolen).digest('hex').toUpperCase()
    writeFileSync(list, `${'0'.repeat(40)}:3\r\n${hash}:7\r\n${'F'.repeat(40)}:1\r\n`)
    const siaga = await startWithLogin({ SIAGA_BREACHED_PASSWORDS: list })
    const visitor = new Visitor(siaga.httpUrl)
    const link = await firstLink(siaga)
    const refused = { status: 409, body: { type: 'urn:siaga:problem:password-breached' } }
    const use = (one: string) => visitor.post('/api/v1/session/link', { link, password: one, name: 'A', email })
    expect(await use(stolen)).toMatchObject(refused)
    expect((await use(password)).status).toBe(200)
    await visitor.login(email)
    await enrolTotp(visitor)
    const change = (next: string) => visitor.post('/api/v1/session/password', { current: password, next })
    expect(await change(stolen)).toMatchObject(refused)
    // What cannot be looked up is not taken either.
    rmSync(list)
    expect(await change('kalimat lain yang panjang')).toMatchObject({
      status: 503,
      body: { type: 'urn:siaga:problem:password-list-away' },
    })
    expect((await visitor.get('/api/v1/status')).status).toBe(200)
  })

  it('refuses a wrong password as it refuses an unknown name, and slows guessing down', async () => {
    const { siaga } = await startLoginStack()
    const visitor = new Visitor(siaga.httpUrl)
    const wrong = { email, password: 'not this password' }
    const answers = [await visitor.post('/api/v1/session', wrong)]
    const unknown = await visitor.post('/api/v1/session', { ...wrong, email: 'nobody@kalbar.example' })
    expect(unknown).toMatchObject({ status: 401, body: answers[0]?.body })
    const refused = () => siaga.server.lines.filter((line) => line.includes('login refused'))
    await until('both in the log', () => refused().length === 2)
    expect(refused()[0]).toContain('127.0.0.1')
    for (let tries = 1; tries < 5; tries += 1) answers.push(await visitor.post('/api/v1/session', wrong))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 429])
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('slows fifty guesses side by side down as those in turn, and forgets them after the right one', async () => {
    const { siaga } = await startLoginStack()
    const visitor = new Visitor(siaga.httpUrl)
    const person = { email: 'nobody@kalbar.example', password: 'not this password' }
    const beganMs = performance.now()
    const answers = await Promise.all(Array.from({ length: 50 }, () => visitor.post('/api/v1/session', person)))
    const judged = answers.filter(({ status }) => status !== 429)
    // Four, and on a busy machine one more for each second's wait that was over before the last one came.
    expect(judged.length).toBeLessThanOrEqual(4 + Math.floor((performance.now() - beganMs) / 1_000))
    expect(judged.every(({ status }) => status === 401)).toBe(true)
    // Another address of mail, the same network address: not locked out.
    expect((await visitor.login(email)).body).toEqual({ step: 'code' })
  })

  it('asks for the second factor, takes each code once, and a recovery code once', async () => {
    const { siaga, administrator } = await startLoginStack()
    const code = totpCode(administrator.uri, 1)
    const enter = async (with_: string) => {
      const visitor = new Visitor(siaga.httpUrl)
      expect((await visitor.login(email)).body).toEqual({ step: 'code' })
      expect((await visitor.get('/api/v1/status')).status).toBe(401)
      await visitor.post('/api/v1/session/code', { code: with_ })
      return (await visitor.get('/api/v1/status')).status
    }
    expect(await enter('abcdefg')).toBe(401)
    expect(await enter(code)).toBe(200)
    expect(await enter(code)).toBe(401)
    const [recovery = ''] = administrator.recoveryCodes
    expect(await enter(recovery)).toBe(200)
    expect(await enter(recovery)).toBe(401)
  })

  it('counts a code that no password came before as no guess, so that it slows nobody down', async () => {
    const { siaga, administrator } = await startLoginStack()
    const stranger = new Visitor(siaga.httpUrl)
    const late = { status: 401, body: { type: 'urn:siaga:problem:code-late' } }
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await stranger.post('/api/v1/session/code', { code: '000000' })).toMatchObject(late)
    }
    expect((await administrator.visitor.login(email)).status).toBe(200)
    // Those after a password do count.
    await stranger.login(email)
    const tries: number[] = []
    while (tries.length < 6) tries.push((await stranger.post('/api/v1/session/code', { code: 'abcdefg' })).status)
    expect(tries).toContain(429)
  })

  it('opens nothing to who is disabled, also once enabled again, until the next login', async () => {
    const { siaga, administrator, person } = await startLoginStack()
    const { visitor, id, email: own } = await person('operator')
    const disabled = await administrator.visitor.post(`/api/v1/accounts/${id}/disabled`, { disabled: true })
    expect(disabled.status).toBe(200)
    expect(await visitor.login(own)).toMatchObject({
      status: 401,
      body: { type: 'urn:siaga:problem:not-accepted' },
    })
    await adminProcess(siaga.dataDir, 'account', 'enable', own)
    expect((await visitor.get('/api/v1/status')).status).toBe(401)
    expect((await visitor.login(own)).status).toBe(200)
  })

  it('opens nothing to a password alone but setting up a second factor, which then opens everything', async () => {
    const { siaga, newcomer } = await startLoginStack()
    const { visitor, email: own } = await newcomer('operator')
    const due = { status: 403, body: { type: 'urn:siaga:problem:second-factor-due' } }
    expect(await visitor.get('/api/v1/status')).toMatchObject(due)
    expect(await visitor.get('/api/v1/sessions')).toMatchObject(due)
    const page = await visitor.get('/explore?range=6h')
    expect([page.status, page.headers.get('location')]).toEqual([303, '/settings?next=%2Fexplore%3Frange%3D6h'])
    await refusedLive(visitor)
    expect((await visitor.get('/api/v1/session')).body).toMatchObject({
      pages: ['/login', '/settings'],
      person: { role: 'operator', secondFactorDue: true },
    })
    const elsewhere = new Visitor(siaga.httpUrl)
    await elsewhere.login(own)
    await enrolTotp(visitor)
    expect((await visitor.get('/api/v1/status')).status).toBe(200)
    expect((await visitor.get('/api/v1/session')).body).toMatchObject({ person: { secondFactorDue: false } })

    // The session that began before has proven nothing by that: it shows a code of its own.
    expect(await elsewhere.get('/api/v1/status')).toMatchObject(due)
    const code = visitor.codeApp?.code()
    expect((await elsewhere.post('/api/v1/session/step-up', { code })).status).toBe(200)
    expect((await elsewhere.get('/api/v1/status')).status).toBe(200)
    expect((await visitor.post('/api/v1/sessions/end-others')).body).toEqual({ ended: 1 })
    expect((await elsewhere.get('/api/v1/status')).status).toBe(401)
    expect((await visitor.get('/api/v1/status')).status).toBe(200)
  })

  it('has dangerous acts only with a second factor, where everything else needs none', async () => {
    const siaga = await startWithLogin({ SIAGA_SECOND_FACTOR: 'acts' })
    const visitor = new Visitor(siaga.httpUrl)
    await visitor.post('/api/v1/session/link', { link: await firstLink(siaga), password, name: 'A', email })
    await visitor.login(email)
    expect((await visitor.get('/api/v1/status')).status).toBe(200)
    const create = () =>
      visitor.post('/api/v1/accounts', { name: 'L', email: 'l@kalbar.example', role: 'leader', opd: null })
    expect(await create()).toMatchObject({ status: 403, body: { title: 'Second factor missing' } })
    await enrolTotp(visitor)
    expect((await create()).status).toBe(201)
  })
})
