/** Broker and server as in operation, each its own process, on free ports and a data directory of their own. */
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { type Credential, openCredentials } from '../../broker/identity/credentials.ts'
import { openRegistry } from '../../server/registry/registry.ts'
import { endProcess } from './child.ts'
import { startNode } from './node-process.ts'

const READY_MS = 30_000
/** Directories stand on the disk of the repository: a temp directory may be memory, where a sync costs nothing. */
const DATA_FOLDER = '.cache/bench'

export interface Stack extends AsyncDisposable {
  readonly dataDir: string
  readonly mqttUrl: string
  readonly httpUrl: string
  readonly brokerPid: number
  readonly serverPid: number
  /** One a registered application, in the order of registration. */
  readonly credentials: readonly Credential[]
  [Symbol.asyncDispose](): Promise<void>
}

export interface StackOptions {
  readonly apps: number
  /** Of every application; long where silence between rounds shall change nothing. */
  readonly intervalS: number
}

const ReadyLine = z.object({ msg: z.string(), port: z.number() })

export async function startStack(options: StackOptions): Promise<Stack> {
  await using cleanup = new AsyncDisposableStack()
  const dataDir = temporaryDataDir()
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const credentials = register(dataDir, options)
  const common = { SIAGA_DATA_DIR: dataDir, SIAGA_LOG_LEVEL: 'info' }
  const broker = await startProcess('broker', { ...common, SIAGA_MQTT_PORT: '0' })
  cleanup.defer(() => endProcess(broker.child))
  const mqttUrl = `mqtt://127.0.0.1:${broker.port}`
  const server = await startProcess('server', {
    ...common,
    SIAGA_DEMO: '1',
    SIAGA_HTTP_PORT: '0',
    SIAGA_MQTT_URL: mqttUrl,
  })
  cleanup.defer(() => endProcess(server.child))
  const kept = cleanup.move()
  return {
    dataDir,
    mqttUrl,
    httpUrl: `http://127.0.0.1:${server.port}`,
    brokerPid: broker.child.pid ?? 0,
    serverPid: server.child.pid ?? 0,
    credentials,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

export interface OwnProcess extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  /** Whether it has ended, which only its owner may make it. */
  exited(): boolean
  [Symbol.asyncDispose](): Promise<void>
}

/** The broker alone. */
export async function startBrokerProcess(dataDir: string): Promise<OwnProcess> {
  return ownProcess(await startProcess('broker', { ...logged(dataDir), SIAGA_MQTT_PORT: '0' }))
}

/** The server alone. @param env at least where its broker is */
export async function startServerProcess(dataDir: string, env: Record<string, string>): Promise<OwnProcess> {
  return ownProcess(await startProcess('server', { ...logged(dataDir), SIAGA_HTTP_PORT: '0', ...env }))
}

function logged(dataDir: string): Record<string, string> {
  return { SIAGA_DATA_DIR: dataDir, SIAGA_LOG_LEVEL: 'info' }
}

function ownProcess({ child, port }: { child: ChildProcess; port: number }): OwnProcess {
  return {
    pid: child.pid ?? 0,
    port,
    exited: () => child.exitCode !== null || child.signalCode !== null,
    [Symbol.asyncDispose]: () => endProcess(child),
  }
}

export function temporaryDataDir(): string {
  mkdirSync(DATA_FOLDER, { recursive: true })
  return mkdtempSync(join(resolve(DATA_FOLDER), 'data-'))
}

export function appIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench-${index}`)
}

function register(dataDir: string, { apps, intervalS }: StackOptions): Credential[] {
  const registry = openRegistry(dataDir)
  const store = openCredentials(dataDir)
  const credentials = appIds(apps).map((id, index) => {
    const wallName = `APLIKASI ${index}`
    registry.apps.upsert({ id, name: `Aplikasi ${index}`, wallName, opd: 'Diskominfo', intervalS }, Date.now())
    return store.issue({ role: 'app', id })
  })
  store.close()
  registry.close()
  return credentials
}

/** `SIAGA_BENCH_BROKER_ARGV` and `SIAGA_BENCH_SERVER_ARGV` add options of Node, as `--cpu-prof`. */
export async function startProcess(name: 'broker' | 'server', env: Record<string, string>) {
  const nodeOptions = (process.env[`SIAGA_BENCH_${name.toUpperCase()}_ARGV`] ?? '').split(' ').filter(Boolean)
  const child = startNode([...nodeOptions, `${name}/main.ts`], env)
  try {
    return { child, port: await readyPort(name, child) }
  } catch (error) {
    await endProcess(child)
    throw error
  }
}

function readyPort(name: string, child: ChildProcess): Promise<number> {
  if (!child.stderr) throw new Error('no standard error')
  const lines = createInterface({ input: child.stderr })
  return new Promise((resolvePort, reject) => {
    const said: string[] = []
    const fail = (reason: string) => reject(new Error(`${name} ${reason}:\n${said.join('\n')}`))
    const timer = setTimeout(() => fail(`was not ready within ${READY_MS} ms`), READY_MS)
    child.once('exit', (code) => fail(`ended with ${code}`))
    // Goes on reading after the port is known, so that the process never waits for a full pipe.
    lines.on('line', (line) => {
      if (said.length < 50) said.push(line)
      const port = portOf(line, `${name} ready`)
      if (port === undefined) return
      clearTimeout(timer)
      resolvePort(port)
    })
  })
}

function portOf(line: string, message: string): number | undefined {
  if (!line.includes(message)) return undefined
  const parsed = ReadyLine.safeParse(JSON.parse(line))
  return parsed.success ? parsed.data.port : undefined
}
