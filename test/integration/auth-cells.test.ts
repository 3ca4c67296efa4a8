/** Every cell of the allow-table against a running server: each role, each route, each event of `/live`. */
import { describe, expect, it } from 'vitest'
import { problemType } from '#contract/problems.ts'
import { httpRows, liveRows, mayCall, mayExchange } from '../../server/auth/allow-table.ts'
import { type Caller, nobody, roles, scraper } from '../../server/auth/roles.ts'
import { type Answer, type LoginStack, namedProvider, refusedLive, startLoginStack, Visitor } from '../harness/login.ts'
import { until } from '../harness/until.ts'

const metricsToken = 'm'.repeat(40)
/** Not in front of a loopback without a proxy: only the demo has a simulator. */
const absent = ['GET /simulator', 'GET /api/v1/simulator*', 'POST /api/v1/simulator*']
const refusals = ['not-logged-in', 'not-allowed', 'second-factor-due'] as const
/** Ends the session that asks, so it comes last. */
const last = 'POST /api/v1/session/end'

/** Refused by the table, and by nothing behind it. */
function isRefused({ status, body, headers }: Answer): boolean {
  if (status === 303) return /^\/(login|settings)\?next=/.test(headers.get('location') ?? '')
  const type = (body as { type?: string } | null)?.type
  return refusals.some((name) => type === problemType(name))
}

function ask(visitor: Visitor, route: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const [method, pattern = ''] = route.split(' ')
  const path = pattern.replaceAll(/:\w+/g, 'x').replace('*', 'x')
  // A body that no route accepts: what is allowed answers 400 at most, and does nothing.
  if (method === 'POST') return visitor.post(path, { nothing: true }, headers)
  return visitor.get(path, headers)
}

interface Column {
  readonly caller: Caller
  readonly visitor: Visitor
  readonly headers: Readonly<Record<string, string>>
}

/** One a caller of the table. */
async function columnsOf({ siaga, api, person, newcomer }: LoginStack): Promise<Column[]> {
  const bearer = { authorization: `Bearer ${metricsToken}` }
  const columns: Column[] = [
    { caller: nobody, visitor: new Visitor(siaga.httpUrl, api), headers: {} },
    { caller: scraper, visitor: new Visitor(siaga.httpUrl, api), headers: bearer },
  ]
  const session = {
    session: '',
    beganMs: 0,
    hasPassword: true,
    hasTotp: true,
    passkeys: 0,
    factorRemoved: false,
    steppedUpMs: 0,
  }
  for (const role of roles) {
    const opd = role === 'opd-owner' ? 'Dinkes' : null
    const { visitor, id, email } = await person(role, opd ?? undefined)
    const known = { kind: 'person', id, name: role, email, role, opd, secondFactorDue: false } as const
    columns.push({ caller: { ...known, ...session }, visitor, headers: {} })
  }
  // With the password alone, whatever the role allows.
  const { visitor, id, email } = await newcomer('administrator')
  const due = {
    kind: 'person',
    id,
    name: 'due',
    email,
    role: 'administrator',
    opd: null,
    secondFactorDue: true,
  } as const
  columns.push({ caller: { ...due, ...session }, visitor, headers: {} })
  return columns
}

/** @returns what is wrong with this cell; undefined when it is as the table says */
async function faultOf({ caller, visitor, headers }: Column, route: string): Promise<string | undefined> {
  const [method = '', pattern = ''] = route.split(' ')
  const answer = await ask(visitor, route, headers)
  // A row whose route is gone. Of files there are those that were built.
  const gone = JSON.stringify(answer.body).includes('Nothing answers') && !pattern.startsWith('/assets/')
  if (isRefused(answer) !== mayCall(caller, method, pattern) && !gone) return undefined
  const name = caller.kind === 'person' ? caller.name : caller.kind
  return `${name} ${route}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 120)}`
}

describe('the allow-table', () => {
  it('holds in each cell of the running server', async () => {
    const stack = await startLoginStack({ SIAGA_METRICS_TOKEN: metricsToken, ...namedProvider })
    const columns = await columnsOf(stack)
    const routes = [
      ...httpRows.map(({ route }) => route).filter((route) => !absent.includes(route) && route !== last),
      last,
    ]
    const faults: (string | undefined)[] = []
    for (const column of columns) for (const route of routes) faults.push(await faultOf(column, route))
    expect(faults.filter((fault) => fault !== undefined)).toEqual([])
    await until('a refusal in the log', () => stack.siaga.server.lines.some((line) => line.includes('not allowed')))
    expect(faults).toHaveLength((3 + roles.length) * routes.length)
    for (const route of absent) {
      const answer = await ask(stack.administrator.visitor, route, {})
      expect(answer.status, route).toBe(404)
    }
  })

  it('holds for each event of the live feed', async () => {
    const { siaga, person } = await startLoginStack()
    await refusedLive(new Visitor(siaga.httpUrl))
    for (const role of roles) {
      const { visitor } = await person(role, role === 'opd-owner' ? 'Dinkes' : undefined)
      const seen: string[] = []
      const client = visitor.live()
      client.onAny((event: string) => seen.push(event))
      await until(`${role} has a pulse`, () => seen.includes('pulse'))
      client.emit('resync')
      await until(`${role} has a second snapshot`, () => seen.filter((event) => event === 'snapshot').length === 2)
      const unknown = seen.filter((event) => !(event in liveRows))
      expect(unknown).toEqual([])
      client.emit('unheard-of' as 'resync')
      await until(`${role} is cut off for an unknown event`, () => client.disconnected)
    }
    const told = () => siaga.server.lines.find((line) => line.includes('socket sent what it may not'))
    expect(await until('it stands in the log', told)).toMatch(/"event":"unheard-of","actor":"[0-9a-f]{32}"/)
    expect(mayExchange(nobody, 'snapshot')).toBe(false)
  })
})
