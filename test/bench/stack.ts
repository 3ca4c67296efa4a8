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

const ReadyLine = z.object({
  msg: z.string(),
  port: z.number(),
  /** Of a broker, each as `kind:port`. */
  endpoints: z.array(z.string()).optional(),
})

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
  /** 0 where there is none. */
  readonly webSocketPort: number
  /** Whether it has ended, which only its owner may make it. */
  exited(): boolean
  [Symbol.asyncDispose](): Promise<void>
}

/** The broker alone. */
export async function startBrokerProcess(dataDir: string, env: Record<string, string> = {}): Promise<OwnProcess> {
  return ownProcess(await startProcess('broker', { ...logged(dataDir), SIAGA_MQTT_PORT: '0', ...env }))
}

/** The server alone. @param env at least where its broker is */
export async function startServerProcess(dataDir: string, env: Record<string, string>): Promise<OwnProcess> {
  return ownProcess(await startProcess('server', { ...logged(dataDir), SIAGA_HTTP_PORT: '0', ...env }))
}

function logged(dataDir: string): Record<string, string> {
  return { SIAGA_DATA_DIR: dataDir, SIAGA_LOG_LEVEL: 'info' }
}

function ownProcess({ child, port, webSocketPort }: Started): OwnProcess {
  return {
    pid: child.pid ?? 0,
    port,
    webSocketPort,
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

interface Ports {
  readonly port: number
  /** 0 where there is none. */
  readonly webSocketPort: number
}

interface Started extends Ports {
  readonly child: ChildProcess
}

/** `SIAGA_BENCH_BROKER_ARGV` and `SIAGA_BENCH_SERVER_ARGV` add options of Node, as `--cpu-prof`. */
export async function startProcess(name: 'broker' | 'server', env: Record<string, string>): Promise<Started> {
  const nodeOptions = (process.env[`SIAGA_BENCH_${name.toUpperCase()}_ARGV`] ?? '').split(' ').filter(Boolean)
  const child = startNode([...nodeOptions, `${name}/main.ts`], env)
  try {
    return { child, ...(await readyPorts(name, child)) }
  } catch (error) {
    await endProcess(child)
    throw error
  }
}

function readyPorts(name: string, child: ChildProcess): Promise<Ports> {
  if (!child.stderr) throw new Error('no standard error')
  const lines = createInterface({ input: child.stderr })
  return new Promise((resolvePorts, reject) => {
    const said: string[] = []
    const fail = (reason: string) => reject(new Error(`${name} ${reason}:\n${said.join('\n')}`))
    const timer = setTimeout(() => fail(`was not ready within ${READY_MS} ms`), READY_MS)
    child.once('exit', (code) => fail(`ended with ${code}`))
    // Goes on reading after the port is known, so that the process never waits for a full pipe.
    lines.on('line', (line) => {
      if (said.length < 50) said.push(line)
      const ports = portsOf(line, `${name} ready`)
      if (ports === undefined) return
      clearTimeout(timer)
      resolvePorts(ports)
    })
  })
}

function portsOf(line: string, message: string): Ports | undefined {
  if (!line.includes(message)) return undefined
  const parsed = ReadyLine.safeParse(JSON.parse(line))
  if (!parsed.success) return undefined
  const { port, endpoints = [] } = parsed.data
  const webSocket = endpoints.find((endpoint) => endpoint.startsWith('websocket:'))
  return { port, webSocketPort: Number(webSocket?.split(':')[1] ?? 0) }
}
