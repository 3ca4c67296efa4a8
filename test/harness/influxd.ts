/** A real InfluxDB 1.6 (Debian's influxd) on free loopback ports in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { programOf } from './system-packages.ts'
import { temporaryDirectory } from './temporary.ts'

export interface TestInflux {
  readonly url: string
  /** Ends it as an operator would (SIGTERM) and waits. */
  stop(): Promise<void>
  /** Ends it as a crash would (SIGKILL) and waits. */
  kill(): Promise<void>
  /** Starts it again on the same data and port; ready when it resolves. */
  start(): Promise<void>
  /** Rows of the first series of an InfluxQL answer, without a login; empty when there is none. */
  query(text: string, database?: string): Promise<unknown[][]>
}

const READY_MS = 30_000

/** @param login with it, InfluxDB asks for a login and this one may do everything */
export async function startInflux(login?: { username: string; password: string }): Promise<TestInflux> {
  const directory = temporaryDirectory()
  const [http, rpc] = [await freePort(), await freePort()]
  const config = join(directory, 'influxdb.conf')
  writeFileSync(config, configOf({ directory, http, rpc, auth: login !== undefined }))
  const url = `http://127.0.0.1:${http}`
  let child: ChildProcess | undefined

  const end = async (signal: NodeJS.Signals) => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const exited = once(running, 'exit')
    running.kill(signal)
    await exited
  }
  const start = async () => {
    const started = spawn(programOf('influxdb'), ['run', '-config', config], { stdio: 'ignore' })
    child = started
    await ready(url, started)
  }
  // Before the directory goes: later registrations run first.
  onTestFinished(() => end('SIGKILL'))
  await start()
  if (login)
    await query(url, `CREATE USER "${login.username}" WITH PASSWORD '${login.password}' WITH ALL PRIVILEGES`, '')
  return {
    url,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    query: (text, database = 'siaga') => query(url, text, database),
  }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_MS
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`influxd ended with ${child.exitCode} before it was ready`)
    // Refused until it listens.
    const response = await fetch(`${url}/ping`).catch(() => undefined)
    if (response?.status === 204) return
    await delay(50)
  }
  throw new Error(`influxd was not ready within ${READY_MS} ms`)
}

async function query(url: string, text: string, database: string): Promise<unknown[][]> {
  const response = await fetch(`${url}/query?${new URLSearchParams({ db: database, q: text, epoch: 'ms' })}`, {
    method: 'POST',
  })
  const answer = (await response.json()) as { results?: { series?: { values: unknown[][] }[] }[] }
  return answer.results?.[0]?.series?.[0]?.values ?? []
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function configOf(parts: { directory: string; http: number; rpc: number; auth: boolean }): string {
  const { directory, http, rpc, auth } = parts
  for (const part of ['meta', 'data', 'wal']) mkdirSync(join(directory, part))
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${directory}/meta"
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
  index-version = "tsi1"
  wal-fsync-delay = "0s"
[coordinator]
  query-timeout = "20s"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
  auth-enabled = ${auth}
  suppress-write-log = true
  pprof-enabled = false
[logging]
  level = "warn"
`
}
