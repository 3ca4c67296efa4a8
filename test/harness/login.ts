/** A server with login, and people who use it: cookies kept as a browser would, codes as their telephone would show. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { ClientToServerEvents, ServerToClientEvents } from '#contract/live.ts'
import { type ApiDescription, readApiDescription } from './described-answers.ts'
import { type Siaga, startSiaga } from './siaga.ts'
import { CodeApp } from './totp.ts'
import { until } from './until.ts'

export const password = 'kata sandi yang cukup panjang'

export type LiveClient = Socket<ServerToClientEvents, ClientToServerEvents>

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

/** One browser. With a description every answer must be as that says. */
export class Visitor {
  readonly origin: string
  api: ApiDescription | undefined
  /** The telephone beside it, once codes are set up. */
  codeApp: CodeApp | undefined
  private readonly jar = new Map<string, string>()

  constructor(origin: string, api?: ApiDescription) {
    this.origin = origin
    this.api = api
  }

  cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(path, { headers })
  }

  async post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  }

  /** With the code as well, where its telephone is at hand. @returns the last answer */
  async login(email: string): Promise<Answer> {
    const answer = await this.post('/api/v1/session', { email, password })
    if (!this.codeApp || !isDeepStrictEqual(answer.body, { step: 'code' })) return answer
    return this.post('/api/v1/session/code', { code: this.codeApp.code() })
  }

  /** The same person in another browser. */
  async again(email: string): Promise<Visitor> {
    const other = new Visitor(this.origin, this.api)
    other.codeApp = this.codeApp
    await other.login(email)
    return other
  }

  /** Not connected when the handshake is refused; closed with the test. */
  live(headers: Readonly<Record<string, string>> = {}): LiveClient {
    const client: LiveClient = io(`${this.origin}/live`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { cookie: this.cookie(), ...headers },
    })
    onTestFinished(() => void client.disconnect())
    return client
  }

  private async ask(path: string, init: RequestInit & { headers: Readonly<Record<string, string>> }): Promise<Answer> {
    const response = await fetch(`${this.origin}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie: this.cookie(), ...init.headers },
    })
    for (const line of response.headers.getSetCookie()) this.keep(line)
    const text = await response.text()
    const { status, headers } = response
    const contentType = headers.get('content-type') ?? ''
    const body: unknown = /json/.test(contentType) ? JSON.parse(text) : text
    const method = init.method ?? 'GET'
    const fault = this.api?.faultOf(method, path, { status, contentType, body })
    if (fault !== undefined) throw new Error(`${method} ${path} did not answer as /api/openapi.json says: ${fault}`)
    return { status, body, headers }
  }

  private keep(line: string): void {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = pair.split('=')
    if (/max-age=0/i.test(line)) this.jar.delete(name)
    else this.jar.set(name, value)
  }
}

/** Resolves when the handshake is refused. @throws Error when it is not */
export function refusedLive(visitor: Visitor, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const client = visitor.live(headers)
  return new Promise((resolve, reject) => {
    client.on('connect_error', () => resolve())
    client.on('connect', () => reject(new Error('the handshake was accepted')))
  })
}

const LinkLine = z.object({ link: z.url() })
const Issued = z.object({ link: z.string() })
const Accounts = z.object({ accounts: z.array(z.object({ id: z.string(), email: z.string() })) })
const Totp = z.object({ uri: z.string(), recoveryCodes: z.array(z.string()) })

export interface Enrolled {
  readonly visitor: Visitor
  readonly uri: string
  readonly recoveryCodes: readonly string[]
}

interface Newcomer {
  readonly visitor: Visitor
  readonly id: string
  readonly email: string
}

export interface LoginStack {
  readonly siaga: Siaga
  readonly administrator: Enrolled
  readonly api: ApiDescription
  /** A new account, logged in with both factors. */
  person(role: string, opd?: string): Promise<Newcomer & { readonly uri: string }>
  /** The same with the password alone. */
  newcomer(role: string, opd?: string): Promise<Newcomer>
}

/** The secret of the one-time link that the server printed last. */
export async function firstLink({ server }: Siaga): Promise<string> {
  const line = await until('the first link', () =>
    server.lines.findLast((text) => text.includes('no administrator yet')),
  )
  return new URLSearchParams(new URL(LinkLine.parse(JSON.parse(line)).link).hash.slice(1)).get('first') ?? ''
}

export function startWithLogin(env: Readonly<Record<string, string>> = {}): Promise<Siaga> {
  return startSiaga({ serverEnv: () => ({ SIAGA_DEMO: '0', ...env }) })
}

export async function enrolTotp(visitor: Visitor): Promise<Enrolled> {
  const { uri, recoveryCodes } = Totp.parse((await visitor.post('/api/v1/session/totp', { password })).body)
  visitor.codeApp = new CodeApp(uri)
  const confirmed = await visitor.post('/api/v1/session/totp/confirm', { code: visitor.codeApp.code() })
  if (confirmed.status !== 200) throw new Error(`confirm answered ${confirmed.status}`)
  return { visitor, uri, recoveryCodes }
}

/** Settings of a login provider that is never asked: its routes are there. */
export const namedProvider = {
  SIAGA_PUBLIC_URL: 'http://localhost',
  SIAGA_OIDC_ISSUER: 'http://127.0.0.1:9',
  SIAGA_OIDC_CLIENT_ID: 'siaga',
  SIAGA_OIDC_CLIENT_SECRET: 's'.repeat(32),
}

/** Looks into the server's database beside it, or makes something in it older than it is. */
export function inAuthDb<T>({ dataDir }: Siaga, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(dataDir, 'auth.db'))
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** As if every second factor had been proven long ago. */
export function forgetStepUp(siaga: Siaga): void {
  inAuthDb(siaga, (db) => db.exec('UPDATE session_marks SET step_up_ms = 0'))
}

/** A server whose first administrator has logged in and proven a second factor. */
export async function startLoginStack(env: Readonly<Record<string, string>> = {}): Promise<LoginStack> {
  const siaga = await startWithLogin(env)
  const visitor = new Visitor(siaga.httpUrl)
  const email = 'admin@kalbar.example'
  await visitor.post('/api/v1/session/link', { link: await firstLink(siaga), password, name: 'Admin', email })
  await visitor.login(email)
  const administrator = await enrolTotp(visitor)
  const api = readApiDescription((await visitor.get('/api/openapi.json')).body)
  visitor.api = api
  const newcomer = (role: string, opd?: string) => addPerson(administrator, role, opd ?? null)
  return {
    siaga,
    administrator,
    api,
    newcomer,
    async person(role, opd) {
      const added = await newcomer(role, opd)
      return { ...added, uri: (await enrolTotp(added.visitor)).uri }
    },
  }
}

async function addPerson({ visitor: by }: Enrolled, role: string, opd: string | null): Promise<Newcomer> {
  const email = `${role}-${crypto.randomUUID().slice(0, 8)}@kalbar.example`
  const { link } = Issued.parse((await by.post('/api/v1/accounts', { name: role, email, role, opd })).body)
  const visitor = new Visitor(by.origin, by.api)
  await visitor.post('/api/v1/session/link', { link, password })
  const { status } = await visitor.login(email)
  if (status !== 200) throw new Error(`login of ${email} answered ${status}`)
  const { accounts } = Accounts.parse((await by.get('/api/v1/accounts')).body)
  return { visitor, email, id: accounts.find((one) => one.email === email)?.id ?? '' }
}
