/** A server with login, and people who use it: cookies kept as a browser would, codes as their telephone would show. */
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { ClientToServerEvents, ServerToClientEvents } from '#contract/live.ts'
import { type ApiDescription, readApiDescription } from './described-answers.ts'
import { type Siaga, startSiaga } from './siaga.ts'
import { until } from './until.ts'

export const password = 'kata sandi yang cukup panjang'
const STEP_S = 30

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

  login(email: string): Promise<Answer> {
    return this.post('/api/v1/session', { email, password })
  }

  /** The same person in another browser. */
  async again(email: string): Promise<Visitor> {
    const other = new Visitor(this.origin, this.api)
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

/** The code of an otpauth address, `steps` ahead of now (RFC 6238). */
export function totpCode(uri: string, steps = 0): string {
  const secret = base32(new URL(uri).searchParams.get('secret') ?? '')
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + steps))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

function base32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

const LinkLine = z.object({ link: z.url() })
const Issued = z.object({ link: z.string() })
const Totp = z.object({ uri: z.string(), recoveryCodes: z.array(z.string()) })

export interface Enrolled {
  readonly visitor: Visitor
  readonly uri: string
  readonly recoveryCodes: readonly string[]
}

export interface LoginStack {
  readonly siaga: Siaga
  readonly administrator: Enrolled
  readonly api: ApiDescription
  /** A new account, with its password set and logged in. */
  person(role: string, opd?: string): Promise<{ visitor: Visitor; id: string; email: string }>
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
  const confirmed = await visitor.post('/api/v1/session/totp/confirm', { code: totpCode(uri) })
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

/** As if every second factor had been proven long ago. */
export function forgetStepUp({ dataDir }: Siaga): void {
  const db = new DatabaseSync(join(dataDir, 'auth.db'))
  db.exec('UPDATE session_marks SET step_up_ms = 0')
  db.close()
}

/** A server whose first administrator has logged in and proven a second factor. */
export async function startLoginStack(env: Readonly<Record<string, string>> = {}): Promise<LoginStack> {
  const siaga = await startWithLogin(env)
  const visitor = new Visitor(siaga.httpUrl)
  const email = 'admin@kalbar.example'
  await visitor.post('/api/v1/session/link', { link: await firstLink(siaga), password, name: 'Admin', email })
  await visitor.login(email)
  const api = readApiDescription((await visitor.get('/api/openapi.json')).body)
  visitor.api = api
  const administrator = await enrolTotp(visitor)
  return {
    siaga,
    administrator,
    api,
    async person(role, opd) {
      const address = `${role}-${crypto.randomUUID().slice(0, 8)}@kalbar.example`
      const made = await visitor.post('/api/v1/accounts', { name: role, email: address, role, opd: opd ?? null })
      const { link } = Issued.parse(made.body)
      const newcomer = new Visitor(siaga.httpUrl, api)
      await newcomer.post('/api/v1/session/link', { link, password })
      const { status } = await newcomer.login(address)
      if (status !== 200) throw new Error(`login of ${address} answered ${status}`)
      const accounts = z.object({ accounts: z.array(z.object({ id: z.string(), email: z.string() })) })
      const { accounts: all } = accounts.parse((await visitor.get('/api/v1/accounts')).body)
      return { visitor: newcomer, email: address, id: all.find((one) => one.email === address)?.id ?? '' }
    },
  }
}
