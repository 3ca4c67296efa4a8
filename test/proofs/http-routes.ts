/**
 * What the HTTP fuzz asks: something for each row of the allow-table. Some who ask have just proven their second factor,
 * so handlers do run; and nothing of it may change anything, however it is bent, or joined with another: ids, codes and
 * names are nobody's, passwords are wrong, a standing is none. Pure.
 */
import { httpRows } from '../../server/auth/allow-table.ts'

export interface Wish {
  /** Row of the allow-table, or what is asked beside them. */
  readonly route: string
  readonly method: string
  readonly path: string
  /** JSON. */
  readonly body?: string
  readonly headers?: readonly string[]
}

const app = 'elsewhere'
export const unknownToken = 'A'.repeat(43)
const wrongPassword = { password: 'a wrong password' }
/** Letters: no six digits can come of it by chance. */
const wrongCode = { code: 'no code' }
const part = Buffer.from('{"type":"webauthn.get","challenge":"AAAA","origin":"http://localhost"}').toString('base64url')
const credential = { id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {} }
const assertion = { ...credential, response: { clientDataJSON: part, authenticatorData: part, signature: part } }
const creation = { ...credential, response: { clientDataJSON: part, attestationObject: part, transports: ['usb'] } }
/** Refused by the handler; with another role or without the OPD it would be an account. */
const newAccount = { name: 'N', email: 'n@kalbar.example', role: 'leader', opd: 'Diskominfo' }
const reason = 'latihan'

/** By row, as JSON or as what becomes it; of each as many as there are ways to be looked at. */
const bodies: Readonly<Record<string, readonly unknown[]>> = {
  'POST /api/v1/heartbeat/:app': [{ status: 'up', latencyMs: 12, metrics: { a: 1 } }],
  'POST /hb/:token': [{ status: 'down', message: 'x' }],
  'POST /api/v1/session': [{ email: 'nobody@kalbar.example', ...wrongPassword }],
  'POST /api/v1/session/code': [{ code: '000000' }, wrongCode],
  'POST /api/v1/session/link': [{ link: unknownToken, password: 'kata yang tidak dipakai' }],
  'POST /api/v1/session/passkey/options': [{}],
  'POST /api/v1/session/passkey': [{ assertion }],
  'POST /api/v1/session/provider': [{ next: '/wall' }],
  'POST /api/v1/session/provider/return': [{ search: '?code=x&state=y' }],
  'POST /api/v1/session/end': [{}],
  'POST /api/v1/session/password': [{ current: 'a wrong password', next: 'kata yang tidak dipakai' }],
  'POST /api/v1/session/totp': [wrongPassword],
  'POST /api/v1/session/totp/confirm': [wrongCode],
  'POST /api/v1/session/totp/remove': [wrongPassword],
  'POST /api/v1/session/recovery-codes': [wrongPassword],
  'POST /api/v1/session/step-up': [wrongCode],
  'POST /api/v1/session/step-up/passkey/options': [{}],
  'POST /api/v1/session/step-up/passkey': [{ assertion }],
  // A challenge, which is in memory alone.
  'POST /api/v1/passkeys/options': [{}, wrongPassword],
  'POST /api/v1/passkeys': [{ name: 'N', creation }],
  'POST /api/v1/passkeys/:id/remove': [undefined],
  // Nobody here has a second session.
  'POST /api/v1/sessions/end-others': [undefined],
  'POST /api/v1/sessions/:id/end': [undefined],
  'POST /api/v1/accounts': [newAccount],
  'POST /api/v1/accounts/:id/role': [{ role: 'auditor', opd: null }],
  'POST /api/v1/accounts/:id/disabled': [{ disabled: true }],
  'POST /api/v1/accounts/:id/link': [undefined],
  'POST /api/v1/accounts/:id/link/end': [undefined],
  'POST /api/v1/accounts/:id/end': [undefined],
  'POST /api/v1/accounts/:id/remove': [undefined],
  'POST /api/v1/provider-subjects/:id/link': [{ account: 'x' }],
  'POST /api/v1/provider-subjects/:id/account': [newAccount],
  'POST /api/v1/provider-subjects/:id/remove': [undefined],
  // Whatever fits its schema makes a code and is written down: these stop at the schema.
  'POST /api/v1/identities/enrol': [
    // Nor one that is registered: to another route that would be a new token of it.
    { role: 'app', id: 'no-app' },
    { role: 'door', id: 'No id!', name: 0 },
  ],
  // A device has no name here; as one, and twice since one may be bent, it keeps the other two routes from taking this
  // for a new device.
  'POST /api/v1/enrolment': [
    `{"name":0,"code":"${'A'.repeat(20)}","role":"door","id":"${app}","tokenHash":"${'0'.repeat(64)}","name":0}`,
  ],
  // No application of that name is registered.
  'POST /api/v1/identities': [{ role: 'app', id: 'no-app' }],
  'POST /api/v1/identities/rotate': [{ username: 'app:no-app', overlapHours: 0 }],
  'POST /api/v1/identities/end-token': [{ username: 'app:no-app', token: '0123456789abcdef' }],
  'POST /api/v1/identities/apps': [{ username: 'gateway:no-gateway', apps: ['no-app'] }],
  'POST /api/v1/identities/revoke': [{ username: 'app:no-app' }],
  // None that an operator may give: what is let in is written down before the door is asked.
  'POST /api/v1/doors/:door/commands': [
    { kind: 'enrol', person: 'asn-0001', finger: 'kanan-telunjuk', reason },
    { kind: 'classify', journal: '0'.repeat(32), seq: 1, as: 'break-in', reason },
    { kind: 'confirm-clock', reason },
  ],
  'POST /api/v1/simulator*': [{ app, state: 'down' }],
}

const queries: Readonly<Record<string, readonly string[]>> = {
  'GET /login/return': ['?code=x&state=y'],
  'GET /api/v1/series': [`?measurement=heartbeat&field=latencyMs&fn=p99&where=app:${app}&by=app&every=5m`],
  'GET /api/v1/transitions': [`?app=${app}&from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z`],
  'GET /hb/:token': ['?status=up&latencyMs=1&seq=2'],
  'GET /api/v1/audit': ['?limit=5', '?before=2'],
}

/** Ends the session that asks: only a page that is not ours asks for that, which is refused before. */
export const neverReached = 'POST /api/v1/session/end'
const foreignPage = ['Origin: https://evil.example']
/** A login that fits its schema costs a slow hash, and of this too much would be tested: asked seldom. */
export const seldom = ['POST /api/v1/session', neverReached]

/** @throws Error that names the row there is nothing for, or what there is without a row */
export function wishesFor(routes: readonly string[]): Wish[] {
  const known = new Set(routes)
  const stale = [...Object.keys(bodies), ...Object.keys(queries)].find((route) => !known.has(route))
  if (stale !== undefined) throw new Error(`"${stale}" of test/proofs/http-routes.ts is no row of the allow-table`)
  const beside = { route: 'polling', method: 'GET', path: '/socket.io/?EIO=4&transport=polling' }
  return [...routes.flatMap(wishesOf), beside]
}

function wishesOf(route: string): Wish[] {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern
    .replace(/:(app|door)/, app)
    .replace(':token', unknownToken)
    .replace(/:\w+/, 'x')
    .replace('*', pattern.endsWith('/*') ? 'index.js' : '/x')
  if (method === 'GET' || method === 'HEAD') {
    return (queries[route] ?? ['']).map((query) => ({ route, method, path: `${path}${query}` }))
  }
  const contents = bodies[route]
  if (!contents)
    throw new Error(`test/proofs/http-routes.ts has no body for "${route}": the HTTP fuzz would leave it out`)
  const headers = route === neverReached ? foreignPage : []
  return contents.map((content) => ({
    route,
    method,
    path,
    headers,
    ...(content !== undefined && { body: json(content) }),
  }))
}

function json(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content)
}

export const wishes: readonly Wish[] = wishesFor(httpRows.map(({ route }) => route))
