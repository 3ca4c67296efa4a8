/** Origin, headers, limits, TLS and silence of the log, at a running server. */
import { readFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { expect, it } from 'vitest'
import { httpRows } from '../../server/auth/allow-table.ts'
import { selfSigned } from '../harness/certificate.ts'
import {
  firstLink,
  namedProvider,
  password,
  refusedLive,
  startLoginStack,
  startWithLogin,
  Visitor,
} from '../harness/login.ts'
import { registerApps } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const foreign = { origin: 'https://other.example' }

it('takes no write and no socket from a foreign page, whoever is logged in', async () => {
  const { visitor } = (await startLoginStack()).administrator
  const writes = httpRows.map(({ route }) => route.split(' ')).filter(([method]) => method === 'POST')
  expect(writes.length).toBeGreaterThan(15)
  for (const [, pattern = ''] of writes) {
    const path = pattern.replaceAll(/:\w+/g, 'x').replace('*', '')
    expect(await visitor.post(path, {}, foreign), path).toMatchObject({
      status: 403,
      body: { title: 'Foreign origin' },
    })
  }
  await refusedLive(visitor, foreign)
  expect((await visitor.get('/api/v1/session')).body).toMatchObject({ person: { role: 'administrator' } })
})

it('sends strict headers with pages, answers and problems, and no detail of its inside', async () => {
  const { siaga, administrator } = await startLoginStack()
  for (const path of ['/', '/login', '/api/v1/status', '/nowhere', '/api/v1/series?fn=x']) {
    // As a page of somebody else asks: to answer with its name would be to let it read.
    const { headers } = await administrator.visitor.get(path, foreign)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy, path).toContain("default-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control'), path).toBe('no-store')
    expect(headers.get('content-type')).toMatch(/^(text\/html|application\/(problem\+)?json)/)
  }
  const lost = await administrator.visitor.get('/nowhere', { accept: 'text/html,*/*' })
  expect([lost.status, lost.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  expect(lost.headers.get('content-security-policy')).toContain("default-src 'self'")
  const broken = await fetch(`${siaga.httpUrl}/api/v1/session`, {
    method: 'POST',
    body: '{"email":',
    headers: { 'content-type': 'application/json' },
  })
  expect(broken.status).toBe(400)
  const text = await broken.text()
  expect(text).not.toMatch(/node_modules|\bat \w+|\.ts/)
  const large = await administrator.visitor.post('/api/v1/session', { email: 'a@b.id', password: 'x'.repeat(5_000) })
  expect(large.status).toBe(413)
})

it('keeps every secret out of the log, at its most talkative', async () => {
  const stack = await startLoginStack({ SIAGA_LOG_LEVEL: 'trace' })
  const { administrator, siaga } = stack
  const { visitor } = administrator
  const made = await visitor.post('/api/v1/identities', { role: 'door', id: 'pintu-uji' })
  const rotated = await visitor.post('/api/v1/identities/rotate', { username: 'door:pintu-uji', overlapHours: 1 })
  const person = await stack.person('operator')
  const token = (made.body as { password: string }).password
  await visitor.get(`/hb/${token}`)
  await visitor.post('/api/v1/heartbeat/x', {}, { authorization: `Bearer ${token}` })
  const secrets = [
    password,
    ...[visitor, person.visitor].flatMap((one) =>
      one
        .cookie()
        .split('; ')
        .map((pair) => pair.split('=')[1] ?? ''),
    ),
    new URL(administrator.uri).searchParams.get('secret') ?? '',
    ...administrator.recoveryCodes,
    token,
    (rotated.body as { password: string }).password,
  ]
  expect(secrets.every((secret) => secret.length >= 10)).toBe(true)
  const log = [...siaga.server.lines, ...siaga.broker.lines].join('\n')
  expect(log).toContain('identity added')
  for (const secret of secrets) expect(log.includes(secret), secret.slice(0, 4)).toBe(false)
})

it('speaks TLS itself, with cookies that only TLS carries', async () => {
  const { certFile: cert, keyFile: key } = await selfSigned()
  const siaga = await startWithLogin({
    ...{ SIAGA_HTTP_CERT_FILE: cert, SIAGA_HTTP_KEY_FILE: key },
    SIAGA_PUBLIC_URL: 'https://siaga.example',
  })
  const link = await firstLink(siaga)
  const port = Number(new URL(siaga.httpUrl).port)
  const post = (path: string, body: unknown) =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
      const asked = httpsRequest(
        { host: 'localhost', port, path, method: 'POST', ca: readFileSync(cert) },
        (response) => {
          response.resume()
          resolve({ status: response.statusCode, headers: response.headers })
        },
      )
      asked.on('error', reject)
      asked.setHeader('content-type', 'application/json')
      asked.end(JSON.stringify(body))
    })
  const email = 'admin@kalbar.example'
  expect((await post('/api/v1/session/link', { link, password, name: 'A', email })).status).toBe(200)
  const { status, headers } = await post('/api/v1/session', { email, password })
  expect(status).toBe(200)
  const cookies = String(headers['set-cookie'])
  expect(cookies).toMatch(/^__Host-siaga/)
  expect(cookies).toMatch(/Secure/)
  expect(cookies).not.toMatch(/Domain=/i)
  expect(headers['strict-transport-security']).toMatch(/max-age=\d{8}; includeSubDomains/)
})

it('describes every route that is for programs, and answers as it says', async () => {
  const { administrator, api } = await startLoginStack(namedProvider)
  const { body } = await administrator.visitor.get('/api/openapi.json')
  const { paths } = body as { paths: Record<string, Record<string, { responses?: Record<string, unknown> }>> }
  const hidden = ['/api/openapi.json', '/api/v1/simulator*']
  for (const { route } of httpRows) {
    const [method = '', pattern = ''] = route.split(' ')
    if (!pattern.startsWith('/api/') || hidden.includes(pattern)) continue
    const described = paths[pattern.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect(Object.keys(described?.responses ?? {}), route).not.toEqual([])
  }
  // Each of these answers is held against the document, as every answer to a visitor of this stack.
  const visitor = new Visitor(administrator.visitor.origin, api)
  const answer = await visitor.post('/api/v1/session', { email: 'no address', password: 1 })
  expect(answer).toMatchObject({ status: 400, body: { title: 'Bad request' } })
  const series = '/api/v1/series?measurement=heartbeat&field=latencyMs&fn=p99&every=1h'
  await until('the server to be ready', async () => (await administrator.visitor.get('/readyz')).status === 200)
  for (const path of ['/api/v1/status', series, `${series}&format=csv`, '/metrics', '/api/v1/audit']) {
    expect((await administrator.visitor.get(path)).status, path).toBe(200)
  }
  const contentType = 'application/json'
  expect(api.faultOf('GET', '/api/v1/status', { status: 200, contentType, body: {} })).toContain('version')
  expect(api.faultOf('GET', '/api/v1/status', { status: 200, contentType: 'text/html', body: '' })).toContain('html')
  expect(api.faultOf('GET', '/api/v1/status', { status: 404, contentType, body: { error: 'x' } })).toContain('404')
  expect(api.faultOf('GET', '/api/v1/status', { status: 302, contentType, body: {} })).toContain('302')
})

it('shows a push by HTTP as the last use of its token', async () => {
  const { administrator, siaga } = await startLoginStack()
  const { visitor } = administrator
  registerApps(siaga.dataDir, [{ id: 'pusher', intervalS: 60, graceS: 10 }])
  const lastUsed = async () => {
    const { body } = await visitor.get('/api/v1/identities')
    const { identities } = body as { identities: { username: string; tokens: { lastUsedAt: string | null }[] }[] }
    return identities.find(({ username }) => username === 'app:pusher')?.tokens[0]?.lastUsedAt
  }
  await until('the server to know what the shell registered', async () => (await lastUsed()) === null)
  const made = await visitor.post('/api/v1/identities/rotate', { username: 'app:pusher', overlapHours: 0 })
  expect(await lastUsed()).toBeNull()
  const startedMs = Date.now()
  const bearer = { authorization: `Bearer ${(made.body as { password: string }).password}` }
  expect((await new Visitor(siaga.httpUrl).post('/api/v1/heartbeat/pusher', {}, bearer)).status).toBe(202)
  expect(Date.parse((await lastUsed()) ?? '')).toBeGreaterThanOrEqual(startedMs)
})

it('takes pushes of one token at a bounded rate, and those of another meanwhile', async () => {
  const { siaga, administrator } = await startLoginStack()
  registerApps(siaga.dataDir, [
    { id: 'wild', intervalS: 60, graceS: 10 },
    { id: 'calm', intervalS: 60, graceS: 10 },
  ])
  const known = async () => JSON.stringify((await administrator.visitor.get('/api/v1/identities')).body)
  await until('the server to know what the shell registered', async () => (await known()).includes('app:calm'))
  const bearerOf = async (username: string) => {
    const made = await administrator.visitor.post('/api/v1/identities/rotate', { username, overlapHours: 0 })
    return { authorization: `Bearer ${(made.body as { password: string }).password}` }
  }
  const [wild, calm] = [await bearerOf('app:wild'), await bearerOf('app:calm')]
  const visitor = new Visitor(siaga.httpUrl)
  const flood = Array.from({ length: 400 }, () => visitor.post('/api/v1/heartbeat/wild', {}, wild))
  const other = visitor.post('/api/v1/heartbeat/calm', {}, calm)
  const answers = await Promise.all(flood)
  const slowed = answers.find(({ status }) => status === 429)
  expect(Number(slowed?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await other).status).toBe(202)
})
