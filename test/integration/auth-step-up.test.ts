/** What changes anything asks for the second factor anew: every route of the allow-table, at a running server. */
import { expect, it } from 'vitest'
import { problemType } from '#contract/problems.ts'
import { httpRows } from '../../server/auth/allow-table.ts'
import { Authenticator } from '../harness/authenticator.ts'
import { forgetStepUp, password, startLoginStack, Visitor } from '../harness/login.ts'

const account = { name: 'Budi', email: 'budi@kalbar.example', role: 'leader', opd: null }
const device = { role: 'door', id: 'gudang' }
const site = { challenge: 'AAAA', origin: 'http://localhost', host: 'localhost' }

/** Bodies that each route takes, so that it is the missing proof that is answered. */
const acts: Readonly<Record<string, object>> = {
  'POST /api/v1/session/password': { current: password, next: `${password} baru` },
  'POST /api/v1/session/totp': { password },
  'POST /api/v1/session/totp/confirm': { code: '000000' },
  'POST /api/v1/session/totp/remove': { password },
  'POST /api/v1/session/recovery-codes': { password },
  'POST /api/v1/passkeys/options': { password },
  'POST /api/v1/passkeys': { name: 'laptop', creation: new Authenticator().create(site) },
  'POST /api/v1/passkeys/:id/remove': {},
  'POST /api/v1/sessions/end-others': {},
  'POST /api/v1/sessions/:id/end': {},
  'POST /api/v1/accounts': account,
  'POST /api/v1/accounts/:id/role': { role: 'leader', opd: null },
  'POST /api/v1/accounts/:id/disabled': { disabled: true },
  'POST /api/v1/accounts/:id/link': {},
  'POST /api/v1/accounts/:id/link/end': {},
  'POST /api/v1/accounts/:id/end': {},
  'POST /api/v1/accounts/:id/remove': {},
  'POST /api/v1/provider-subjects/:id/link': { account: 'x' },
  'POST /api/v1/provider-subjects/:id/account': account,
  'POST /api/v1/provider-subjects/:id/remove': {},
  'POST /api/v1/identities': device,
  'POST /api/v1/identities/enrol': device,
  'POST /api/v1/identities/rotate': { username: 'door:gudang', overlapHours: 0 },
  'POST /api/v1/identities/end-token': { username: 'door:gudang', token: '0123456789abcdef' },
  'POST /api/v1/identities/apps': { username: 'gateway:pusat', apps: null },
  'POST /api/v1/identities/revoke': { username: 'door:gudang' },
  'POST /api/v1/doors/:door/commands': { kind: 'unlock', reason: 'pemeriksaan' },
}

/** They are the proof, or end the session that asks. */
const withoutProof = [
  'POST /api/v1/session/end',
  'POST /api/v1/session/step-up',
  'POST /api/v1/session/step-up/passkey',
  'POST /api/v1/session/step-up/passkey/options',
]

/** What a session opens and that is no question; the demo's own has nobody to ask. */
const writes = httpRows.filter(
  ({ route, allowed }) => !/^(GET|HEAD) /.test(route) && allowed !== 'public' && allowed.length > 0,
)

it('has a line here for each write that a session opens', () => {
  expect(writes.map(({ route }) => route).sort()).toEqual([...Object.keys(acts), ...withoutProof].sort())
})

it('refuses each with a proof that is too old, by whatever role may do it', async () => {
  const { siaga, administrator, person } = await startLoginStack()
  const officer = await person('door-officer')
  forgetStepUp(siaga)
  // By the name to which passkeys belong.
  const visitor = new Visitor(siaga.httpUrl.replace('127.0.0.1', 'localhost'))
  const missed: string[] = []
  for (const { route, allowed } of writes.filter(({ route }) => route in acts)) {
    const by = allowed.includes('administrator') ? administrator.visitor : officer.visitor
    const [, pattern = ''] = route.split(' ')
    const { status, body } = await visitor.post(pattern.replaceAll(/:\w+/g, 'x'), acts[route], { cookie: by.cookie() })
    const text = JSON.stringify(body)
    if (status !== 403 || !text.includes(problemType('step-up-needed'))) missed.push(`${route}: ${status} ${text}`)
  }
  expect(missed).toEqual([])
  // Nothing was done: both sessions are as before.
  for (const one of [administrator.visitor, officer.visitor]) expect((await one.get('/api/v1/status')).status).toBe(200)
})
