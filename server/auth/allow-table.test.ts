import { describe, expect, it } from 'vitest'
import { publishRight, subscribeRight } from '#contract/access.ts'
import { type Role as Audience, type ChannelName, channels } from '#contract/channels.ts'
import { channelRows, httpRows, liveRows, mayCall, mayExchange } from './allow-table.ts'
import { type Caller, demo, nobody, type Person, type Role, roles, scraper } from './roles.ts'

/** Written by hand, apart from the table: `x` may. Columns: nobody, then the roles, then the scraper. */
const columns = 'nobody wall leader operator technician door-officer opd-owner administrator auditor scraper'.split(' ')
const expectations = `
  GET /                                  . x x x x x x x x .
  GET /wall                              . x x x x x x x x .
  GET /explore                           . . x x x . x x x .
  GET /doors                             . . x x x x . x x .
  GET /settings                          . x x x x x x x x .
  GET /audit                             . . . . . . . x x .
  GET /simulator                         . . . . . . . . . .
  GET /login                             x x x x x x x x x x
  GET /login/return                      x x x x x x x x x x
  GET /assets/*                          x x x x x x x x x x
  HEAD /assets/*                         x x x x x x x x x x
  GET /healthz                           x x x x x x x x x x
  GET /readyz                            x x x x x x x x x x
  GET /metrics                           . . . . x . . x . x
  GET /api/openapi.json                  . x x x x x x x x .
  GET /api/v1/status                     . x x x x x x x x .
  GET /api/v1/series                     . . x x x . x x x .
  GET /api/v1/transitions                . . x x x . x x x .
  POST /api/v1/heartbeat/:app            x x x x x x x x x x
  GET /hb/:token                         x x x x x x x x x x
  POST /hb/:token                        x x x x x x x x x x
  GET /api/v1/session                    x x x x x x x x x x
  POST /api/v1/session                   x x x x x x x x x x
  POST /api/v1/session/code              x x x x x x x x x x
  POST /api/v1/session/link              x x x x x x x x x x
  POST /api/v1/session/passkey/options   x x x x x x x x x x
  POST /api/v1/session/passkey           x x x x x x x x x x
  POST /api/v1/session/provider          x x x x x x x x x x
  POST /api/v1/session/provider/return   x x x x x x x x x x
  POST /api/v1/session/end               . x x x x x x x x .
  POST /api/v1/session/password          . x x x x x x x x .
  POST /api/v1/session/totp              . x x x x x x x x .
  POST /api/v1/session/totp/confirm      . x x x x x x x x .
  POST /api/v1/session/totp/remove       . x x x x x x x x .
  POST /api/v1/session/recovery-codes    . x x x x x x x x .
  POST /api/v1/session/step-up           . x x x x x x x x .
  POST /api/v1/session/step-up/passkey/options . x x x x x x x x .
  POST /api/v1/session/step-up/passkey   . x x x x x x x x .
  GET /api/v1/passkeys                   . x x x x x x x x .
  POST /api/v1/passkeys/options          . x x x x x x x x .
  POST /api/v1/passkeys                  . x x x x x x x x .
  POST /api/v1/passkeys/:id/remove       . x x x x x x x x .
  GET /api/v1/sessions                   . x x x x x x x x .
  POST /api/v1/sessions/end-others       . x x x x x x x x .
  POST /api/v1/sessions/:id/end          . x x x x x x x x .
  GET /api/v1/accounts                   . . . . . . . x x .
  POST /api/v1/accounts                  . . . . . . . x . .
  POST /api/v1/accounts/:id/role         . . . . . . . x . .
  POST /api/v1/accounts/:id/disabled     . . . . . . . x . .
  POST /api/v1/accounts/:id/link         . . . . . . . x . .
  POST /api/v1/accounts/:id/link/end     . . . . . . . x . .
  POST /api/v1/accounts/:id/end          . . . . . . . x . .
  POST /api/v1/accounts/:id/remove       . . . . . . . x . .
  GET /api/v1/provider-subjects          . . . . . . . x x .
  POST /api/v1/provider-subjects/:id/link . . . . . . . x . .
  POST /api/v1/provider-subjects/:id/account . . . . . . . x . .
  POST /api/v1/provider-subjects/:id/remove . . . . . . . x . .
  GET /api/v1/identities                 . . . . . . . x x .
  POST /api/v1/identities/enrol          . . . . . . . x . .
  POST /api/v1/enrolment                 x x x x x x x x x x
  POST /api/v1/identities                . . . . . . . x . .
  POST /api/v1/identities/rotate         . . . . . . . x . .
  POST /api/v1/identities/end-token      . . . . . . . x . .
  POST /api/v1/identities/apps           . . . . . . . x . .
  POST /api/v1/identities/revoke         . . . . . . . x . .
  GET /api/v1/audit                      . . . . . . . x x .
  POST /api/v1/doors/:door/commands      . . . x . x . . . .
  GET /api/v1/doors/:door/commands/:id   . . . x . x . . . .
  GET /api/v1/simulator*                 . . . . . . . . . .
  POST /api/v1/simulator*                . . . . . . . . . .`
const expected = new Map(
  expectations
    .trim()
    .split('\n')
    .map((line) => {
      const [method, pattern, ...marks] = line.trim().split(/\s+/)
      return [`${method} ${pattern}`, marks] as const
    }),
)
/** Beside what nobody in particular may. */
const beforeFactor = [
  'GET /api/v1/passkeys',
  'GET /settings',
  'POST /api/v1/passkeys',
  'POST /api/v1/passkeys/options',
  'POST /api/v1/session/end',
  'POST /api/v1/session/step-up',
  'POST /api/v1/session/step-up/passkey',
  'POST /api/v1/session/step-up/passkey/options',
  'POST /api/v1/session/totp',
  'POST /api/v1/session/totp/confirm',
]
const liveExpectations: Readonly<Record<string, string>> = {
  snapshot: '. x x x x x x x x .',
  frame: '. x x x x x x x x .',
  pulse: '. x x x x x x x x .',
  resync: '. x x x x x x x x .',
}

/** P publishes, S subscribes. Columns: app, gateway, door, vantage, server; first to their own id, then to another's. */
const audiences: readonly Audience[] = ['app', 'gateway', 'door', 'vantage', 'server']
const channelExpectations: Readonly<Record<ChannelName, string>> = {
  heartbeat: 'P P . . P | . P . . P',
  targets: '. . . S P | . . . . P',
  results: '. . . P . | . . . . .',
  vantageAcknowledged: '. . . S . | . . . . .',
  vantageStatus: '. . . P . | . . . . .',
  doorEvents: '. . P . . | . . . . .',
  doorState: '. . P . . | . . . . .',
  access: '. . S . P | . . . . P',
  command: '. . S . P | . . . . P',
  challenge: '. . P . . | . . . . .',
  reply: '. . P . . | . . . . .',
  doorAcknowledged: '. . S . . | . . . . .',
  doorStatus: '. . P . . | . . . . .',
  pulse: '. . . . P | . . . . .',
}

const person = (role: Role): Person => ({
  ...{ kind: 'person', id: 'p', name: 'P', email: 'p@x.id', role, session: 's', hasTotp: false, steppedUpMs: null },
  ...{ beganMs: 0, hasPassword: true, passkeys: 0, factorRemoved: false, secondFactorDue: false },
  opd: role === 'opd-owner' ? 'Dinkes' : null,
})
const callers: readonly Caller[] = [nobody, ...roles.map(person), scraper]

describe('the allow-table', () => {
  it('has the columns of the expectations', () => {
    expect(callers.map((caller) => (caller.kind === 'person' ? caller.role : caller.kind))).toEqual(columns)
  })

  it('has a row for each expectation and the reverse', () => {
    expect(httpRows.map(({ route }) => route).sort()).toEqual([...expected.keys()].sort())
    expect(Object.keys(liveRows).sort()).toEqual(Object.keys(liveExpectations).sort())
  })

  it.each([...expected])('%s is for exactly these callers', (route, marks) => {
    const [method = '', pattern = ''] = route.split(' ')
    expect(callers.map((caller) => (mayCall(caller, method, pattern) ? 'x' : '.'))).toEqual(marks)
  })

  it('leaves a session whose second factor is due what it needs to set one up or to prove it', () => {
    const open = [...expected.keys()].filter((route) => expected.get(route)?.[0] === '.')
    for (const role of roles) {
      const due: Caller = { ...person(role), secondFactorDue: true }
      const may = open.filter((route) => mayCall(due, ...(route.split(' ') as [string, string])))
      expect(may.sort(), role).toEqual(beforeFactor)
      for (const event of Object.keys(liveRows)) expect(mayExchange(due, event)).toBe(false)
    }
  })

  it.each(Object.entries(liveExpectations))('the live event %s is for exactly these callers', (event, marks) => {
    expect(callers.map((caller) => (mayExchange(caller, event) ? 'x' : '.')).join(' ')).toBe(marks)
  })

  it.each(Object.entries(channelExpectations))('the channel %s is for exactly these audiences', (channel, marks) => {
    const { topic } = channels[channel as ChannelName]
    const markOf = (role: Audience, subject: string) => {
      const asked = topic.replace(/\{\w+\}/, subject)
      const identity = { role, id: 'own' }
      return (
        [publishRight(identity, asked) && 'P', subscribeRight(identity, asked) && 'S'].filter(Boolean).join('') || '.'
      )
    }
    const columnsOf = (subject: string) => audiences.map((role) => markOf(role, subject)).join(' ')
    expect(`${columnsOf('own')} | ${columnsOf('other')}`).toBe(marks)
    expect(Object.keys(channelRows).sort()).toEqual(Object.keys(channelExpectations).sort())
  })

  it('refuses what has no row, to the demo too', () => {
    for (const caller of [...callers, demo]) {
      expect(mayCall(caller, 'GET', '/api/v1/unheard-of')).toBe(false)
      expect(mayCall(caller, 'DELETE', '/api/v1/status')).toBe(false)
      for (const event of ['unheard-of', 'constructor', '__proto__']) expect(mayExchange(caller, event)).toBe(false)
    }
  })
})
