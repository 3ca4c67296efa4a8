/** Writes line protocol to InfluxDB over HTTP (`/write`, v1: what 1.x, 2.x and 3 share). */
import { Pool } from 'undici'
import { z } from 'zod'

export interface InfluxSettings {
  /** Base address, as http://127.0.0.1:8086. */
  readonly url: string
  readonly database: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** For queries; the writer's pair when absent. */
  readonly readUsername?: string | undefined
  readonly readPassword?: string | undefined
}

export type WriteOutcome =
  | { readonly kind: 'stored' }
  /** These lines will never be taken (wrong type, beyond retention); the others of the body are stored. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no-database' }
  /** Send the same body again later: unreachable, overloaded, or the credentials are wrong. */
  | { readonly kind: 'unavailable'; readonly message: string }

/** A local InfluxDB answers in milliseconds; a busy one that compacts may take seconds. */
const TIMEOUT_MS = 10_000
const MESSAGE_MAX = 500

const ErrorBody = z.object({ error: z.string() })

export class InfluxWriter {
  private readonly pool: Pool
  private readonly path: string
  private readonly database: string
  private readonly headers: Readonly<Record<string, string>>

  constructor({ url, database, username, password }: InfluxSettings) {
    const { origin, pathname } = new URL(url)
    // One connection: batches go in order, one after the other.
    this.pool = new Pool(origin, { connections: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
    this.path = pathname.replace(/\/$/, '')
    this.database = database
    // Basic is the one scheme that 1.6 takes too.
    this.headers = username
      ? { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }
      : {}
  }

  /** @param body lines joined by line feeds */
  async write(body: string, signal: AbortSignal): Promise<WriteOutcome> {
    const target = `/write?db=${encodeURIComponent(this.database)}&precision=ns`
    return await this.post({ target, body, signal })
  }

  /** Makes the database; `stored` also when it was there. */
  async createDatabase(signal: AbortSignal): Promise<WriteOutcome> {
    const body = `q=${encodeURIComponent(`CREATE DATABASE "${this.database.replaceAll('"', '\\"')}"`)}`
    return await this.post({ target: '/query', body, signal, type: 'application/x-www-form-urlencoded' })
  }

  async close(): Promise<void> {
    await this.pool.destroy()
  }

  private async post(request: { target: string; body: string; signal: AbortSignal; type?: string }) {
    try {
      const { statusCode, body } = await this.pool.request({
        path: this.path + request.target,
        method: 'POST',
        headers: { ...this.headers, 'content-type': request.type ?? 'text/plain; charset=utf-8' },
        body: request.body,
        signal: request.signal,
      })
      return outcomeOf(statusCode, await body.text())
    } catch (error) {
      // Refused, reset, timed out or aborted: all the same to the caller, who sends the body again or is closing.
      return { kind: 'unavailable', message: error instanceof Error ? error.message : String(error) } as const
    }
  }
}

function outcomeOf(status: number, text: string): WriteOutcome {
  if (status >= 200 && status < 300) return { kind: 'stored' }
  if (status === 404) return { kind: 'no-database' }
  const message = `${status} ${messageOf(text)}`
  return status === 400 ? { kind: 'refused', message } : { kind: 'unavailable', message }
}

function messageOf(text: string): string {
  try {
    return ErrorBody.parse(JSON.parse(text)).error.slice(0, MESSAGE_MAX)
  } catch {
    // Not InfluxDB's JSON: a proxy in between speaks for itself.
    return text.slice(0, MESSAGE_MAX)
  }
}
