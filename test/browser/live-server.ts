/** A server that speaks `/live` as the contract says and nothing more, so a test can let it fail in one way at a time. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { Server } from 'socket.io'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Changes, ClientToServerEvents, IngestView, ServerToClientEvents, Snapshot } from '#contract/live.ts'

const webDir = join(import.meta.dirname, '../../dist/web')
const PULSE_MS = 1000
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
/** As the real server sends it: a page that only works without it is broken. */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

/** As a demo answers, which has no login. */
const demoSession = {
  status: 200,
  body: {
    login: false,
    pages: ['/', '/wall', '/explore', '/doors', '/simulator'],
    passkeys: false,
    provider: null,
    person: null,
  },
}

/** Answer to `METHOD path` under /api: status and body, or undefined for 404. */
export type Api = (request: string, query: URLSearchParams) => { status: number; body: unknown } | undefined

export interface LiveServerOptions {
  /** With an empty `build` the server names the one of the built page. */
  snapshot: Snapshot
  api?: Api
  /** Takes screens in, and tells them nothing. */
  silent?: boolean
  /** 0 or absent picks a free one. */
  port?: number
}

export class LiveServer {
  readonly #http: HttpServer
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents>
  readonly #snapshot: Snapshot
  #pulses: ReturnType<typeof setInterval> | null = null
  #ingest: IngestView
  #version: number
  port = 0
  /** How often a page asked for a new snapshot. */
  resyncs = 0
  /** This host's clock at the last pulse or snapshot, epoch ms. */
  lastPulseAtMs = 0

  private constructor({ snapshot, api = () => undefined, silent = false }: LiveServerOptions) {
    this.#snapshot = structuredClone(snapshot)
    this.#ingest = snapshot.ingest
    this.#version = snapshot.version
    this.#http = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
      if (pathname.startsWith('/api/')) {
        const asked = `${request.method} ${pathname}`
        answer(response, api(asked, searchParams) ?? (asked === 'GET /api/v1/session' ? demoSession : undefined))
      } else void sendFile(response, pathname)
    })
    this.#io = new Server(this.#http, { transports: ['websocket'], pingInterval: 2000, pingTimeout: 3000 })
    this.#io.of('/live').on('connection', (socket) => {
      if (silent) return
      socket.emit('snapshot', this.#now())
      this.lastPulseAtMs = Date.now()
      socket.on('resync', () => {
        this.resyncs += 1
        socket.emit('snapshot', this.#now())
      })
    })
  }

  static async start(options: LiveServerOptions): Promise<LiveServer> {
    const build = options.snapshot.build || (await builtPage())
    const server = new LiveServer({ ...options, snapshot: { ...options.snapshot, build } })
    await new Promise<void>((listening) => server.#http.listen(options.port ?? 0, '127.0.0.1', listening))
    const address = server.#http.address()
    if (address === null || typeof address === 'string') throw new Error('the test server has no port')
    server.port = address.port
    if (!options.silent) server.resumePulses()
    onTestFinished(() => server.close())
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** One frame in order; it also becomes part of later snapshots for the members of applications. */
  frame(changes: Changes): void {
    for (const patch of changes.apps ?? []) {
      const app = this.#snapshot.apps.find((one) => one.id === patch.id)
      if (app !== undefined) Object.assign(app, patch)
    }
    const from = this.#version
    this.#version += 1
    this.#emit('frame', { from, to: this.#version, serverTime: new Date().toISOString(), changes })
  }

  /** As if a frame had been sent and lost. */
  loseFrame(): void {
    this.#version += 1
  }

  setIngest(ingest: IngestView): void {
    this.#ingest = ingest
    this.#pulse()
  }

  stopPulses(): void {
    if (this.#pulses !== null) clearInterval(this.#pulses)
    this.#pulses = null
  }

  resumePulses(): void {
    this.stopPulses()
    this.#pulse()
    this.#pulses = setInterval(() => this.#pulse(), PULSE_MS)
  }

  /** Cuts every connection at once, as a killed process does. */
  async close(): Promise<void> {
    this.stopPulses()
    this.#http.closeAllConnections()
    await this.#io.close()
  }

  #now(): Snapshot {
    return { ...this.#snapshot, version: this.#version, ingest: this.#ingest, serverTime: new Date().toISOString() }
  }

  #pulse(): void {
    this.lastPulseAtMs = Date.now()
    this.#emit('pulse', { version: this.#version, ingest: this.#ingest, serverTime: new Date().toISOString() })
  }

  #emit<E extends keyof ServerToClientEvents>(event: E, ...args: Parameters<ServerToClientEvents[E]>): void {
    this.#io.of('/live').emit(event, ...args)
  }
}

/** The id compiled into the page: a server that names another makes the page reload. */
async function builtPage(): Promise<string> {
  const { build } = z
    .object({ build: z.string() })
    .parse(JSON.parse(await readFile(join(webDir, 'build.json'), 'utf8')))
  return build
}

function answer(response: ServerResponse, found: ReturnType<Api>): void {
  const { status, body } = found ?? { status: 404, body: { title: 'Not found', detail: '', status: 404 } }
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
  response.end(JSON.stringify(body))
}

async function sendFile(response: ServerResponse, pathname: string): Promise<void> {
  const name = extname(pathname) === '' ? '/index.html' : normalize(pathname)
  try {
    const content = await readFile(join(webDir, name))
    response.writeHead(200, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': contentSecurityPolicy,
    })
    response.end(content)
  } catch {
    // No such file: a browser asks for some that do not exist.
    response.writeHead(404).end()
  }
}
