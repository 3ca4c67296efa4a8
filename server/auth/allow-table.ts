/**
 * The one allow-table: who may call which HTTP route, send or get which event of `/live`, and say or hear which MQTT
 * channel. What has no row is refused: a route without one does not register, an event without one closes its socket,
 * a topic without one is no topic. Pure.
 */
import { type Channel, type ChannelName, channels } from '#contract/channels.ts'
import type { ClientToServerEvents, ServerToClientEvents } from '#contract/live.ts'
import { type Caller, type Role, roles } from './roles.ts'

/** `public`: no session needed (a token in the request may be, which the route itself checks). */
type Allowed = 'public' | readonly (Role | 'scraper')[]

interface Row {
  /** Methods and pattern as the route is registered. */
  readonly route: string
  readonly allowed: Allowed
  /** A page sends a stranger to the login instead of answering 401. */
  readonly page?: true
  /** Open to a session whose second factor is still to come: what it needs to set one up, or to prove it. */
  readonly beforeFactor?: true
}

const everyRole: Allowed = roles
/** The wall shows the present, and a door officer minds a door: both leave history to others. */
const historians: Allowed = ['leader', 'operator', 'technician', 'opd-owner', 'administrator', 'auditor']
/** Whoever sees the doors anyway, but for the wall and for owners of applications. */
const doorWatchers: Allowed = ['leader', 'operator', 'technician', 'door-officer', 'administrator', 'auditor']
const administrators: Allowed = ['administrator']
const demoOnly: Allowed = []

export const httpRows: readonly Row[] = [
  { route: 'GET /', allowed: everyRole, page: true },
  { route: 'GET /wall', allowed: everyRole, page: true },
  { route: 'GET /explore', allowed: historians, page: true },
  { route: 'GET /doors', allowed: doorWatchers, page: true },
  { route: 'GET /settings', allowed: everyRole, page: true, beforeFactor: true },
  { route: 'GET /audit', allowed: ['administrator', 'auditor'], page: true },
  { route: 'GET /simulator', allowed: demoOnly, page: true },
  { route: 'GET /login', allowed: 'public' },
  { route: 'GET /login/return', allowed: 'public' },
  { route: 'GET /assets/*', allowed: 'public' },
  { route: 'HEAD /assets/*', allowed: 'public' },

  { route: 'GET /healthz', allowed: 'public' },
  { route: 'GET /readyz', allowed: 'public' },
  { route: 'GET /metrics', allowed: ['technician', 'administrator', 'scraper'] },
  { route: 'GET /api/openapi.json', allowed: everyRole },

  { route: 'GET /api/v1/status', allowed: everyRole },
  { route: 'GET /api/v1/series', allowed: historians },
  { route: 'GET /api/v1/transitions', allowed: historians },

  { route: 'POST /api/v1/heartbeat/:app', allowed: 'public' },
  { route: 'GET /hb/:token', allowed: 'public' },
  { route: 'POST /hb/:token', allowed: 'public' },

  { route: 'GET /api/v1/session', allowed: 'public' },
  { route: 'POST /api/v1/session', allowed: 'public' },
  { route: 'POST /api/v1/session/code', allowed: 'public' },
  { route: 'POST /api/v1/session/link', allowed: 'public' },
  { route: 'POST /api/v1/session/passkey/options', allowed: 'public' },
  { route: 'POST /api/v1/session/passkey', allowed: 'public' },
  { route: 'POST /api/v1/session/provider', allowed: 'public' },
  { route: 'POST /api/v1/session/provider/return', allowed: 'public' },
  { route: 'POST /api/v1/session/end', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/session/password', allowed: everyRole },
  { route: 'POST /api/v1/session/totp', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/session/totp/confirm', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/session/totp/remove', allowed: everyRole },
  { route: 'POST /api/v1/session/recovery-codes', allowed: everyRole },
  { route: 'POST /api/v1/session/step-up', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/session/step-up/passkey/options', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/session/step-up/passkey', allowed: everyRole, beforeFactor: true },
  { route: 'GET /api/v1/passkeys', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/passkeys/options', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/passkeys', allowed: everyRole, beforeFactor: true },
  { route: 'POST /api/v1/passkeys/:id/remove', allowed: everyRole },
  { route: 'GET /api/v1/sessions', allowed: everyRole },
  { route: 'POST /api/v1/sessions/end-others', allowed: everyRole },
  { route: 'POST /api/v1/sessions/:id/end', allowed: everyRole },

  { route: 'GET /api/v1/accounts', allowed: ['administrator', 'auditor'] },
  { route: 'POST /api/v1/accounts', allowed: administrators },
  { route: 'POST /api/v1/accounts/:id/role', allowed: administrators },
  { route: 'POST /api/v1/accounts/:id/disabled', allowed: administrators },
  { route: 'POST /api/v1/accounts/:id/link', allowed: administrators },
  { route: 'POST /api/v1/accounts/:id/link/end', allowed: administrators },
  { route: 'POST /api/v1/accounts/:id/end', allowed: administrators },
  { route: 'POST /api/v1/accounts/:id/remove', allowed: administrators },
  { route: 'GET /api/v1/provider-subjects', allowed: ['administrator', 'auditor'] },
  { route: 'POST /api/v1/provider-subjects/:id/link', allowed: administrators },
  { route: 'POST /api/v1/provider-subjects/:id/account', allowed: administrators },
  { route: 'POST /api/v1/provider-subjects/:id/remove', allowed: administrators },
  { route: 'GET /api/v1/identities', allowed: ['administrator', 'auditor'] },
  { route: 'POST /api/v1/identities/enrol', allowed: administrators },
  { route: 'POST /api/v1/enrolment', allowed: 'public' },
  { route: 'POST /api/v1/identities', allowed: administrators },
  { route: 'POST /api/v1/identities/rotate', allowed: administrators },
  { route: 'POST /api/v1/identities/end-token', allowed: administrators },
  { route: 'POST /api/v1/identities/apps', allowed: administrators },
  { route: 'POST /api/v1/identities/revoke', allowed: administrators },

  { route: 'GET /api/v1/audit', allowed: ['administrator', 'auditor'] },

  // Which of them may give which command: http/door-routes.ts.
  { route: 'POST /api/v1/doors/:door/commands', allowed: ['operator', 'door-officer'] },
  { route: 'GET /api/v1/doors/:door/commands/:id', allowed: ['operator', 'door-officer'] },

  { route: 'GET /api/v1/simulator*', allowed: demoOnly },
  { route: 'POST /api/v1/simulator*', allowed: demoOnly },
]

/** A new event of the contract does not compile without its row. */
export const liveRows: Readonly<Record<keyof ServerToClientEvents | keyof ClientToServerEvents, readonly Role[]>> = {
  snapshot: roles,
  frame: roles,
  pulse: roles,
  resync: roles,
}

/** Written with the channels in the contract, because the broker and the devices go by them too; each only for its own id. */
export const channelRows: Readonly<Record<ChannelName, Pick<Channel, 'from' | 'to'>>> = channels

const byRoute = new Map(httpRows.map((row) => [row.route, row]))
const byEvent = new Map(Object.entries(liveRows))

/** @param pattern as registered, for example `/api/v1/heartbeat/:app` */
export function rowOf(method: string, pattern: string): Row | undefined {
  return byRoute.get(`${method} ${pattern}`)
}

/** The demo has no login: everything that is registered is open to it, and it listens on loopback only. */
export function mayCall(caller: Caller, method: string, pattern: string): boolean {
  const row = rowOf(method, pattern)
  if (!row) return false
  if (row.allowed === 'public' || caller.kind === 'demo') return true
  if (caller.kind === 'nobody') return false
  if (caller.kind === 'scraper') return row.allowed.includes('scraper')
  return row.allowed.includes(caller.role) && (!caller.secondFactorDue || row.beforeFactor === true)
}

export function mayExchange(caller: Caller, event: string): boolean {
  const allowed = byEvent.get(event)
  if (!allowed) return false
  if (caller.kind === 'demo') return true
  return caller.kind === 'person' && !caller.secondFactorDue && allowed.includes(caller.role)
}
