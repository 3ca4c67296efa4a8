/** Composition root of the demonstration: provisioning, the simulated world, the real processes, and the word that it runs. */
import { join } from 'node:path'
import { systemClock } from '#runtime/clock.ts'
import { acquireLock } from '#runtime/lock-file.ts'
import { createLog } from '#runtime/log.ts'
import { type Addresses, chooseAddresses } from './addresses.ts'
import { banner } from './banner.ts'
import { planChildren } from './children.ts'
import { type DemoDirectory, prepareDataDirectory } from './data-directory.ts'
import { startDevServer } from './dev-server.ts'
import { type Provisioned, provision } from './provision.ts'
import { whenHeard, whenReady } from './readiness.ts'
import { sampleApps } from './sample-apps.ts'
import type { DemoSettings } from './settings.ts'
import { type Supervised, supervise } from './supervise.ts'
import type { Terminal } from './terminal.ts'
import { startWorld, type World } from './world.ts'

const READY_WITHIN_MS = 60_000
/** Every application reports at once; the wall is not waited for longer than this. */
const HEARD_WITHIN_MS = 15_000

export interface DemoOptions {
  readonly root: string
  readonly settings: DemoSettings
  /** The Vite server stands in front of the server. */
  readonly dev: boolean
  readonly terminal: Terminal
  /** Aborted when the demonstration shall end, also while it starts. */
  readonly signal: AbortSignal
}

/**
 * Runs all of it until `signal` aborts, then closes it in reverse order.
 * @throws whatever keeps it from starting or going on, in words; what was started by then is closed first
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { refused } = await startParts(options, stack)
  await Promise.race([aborted(options.signal), refused])
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function startParts(options: DemoOptions, stack: AsyncDisposableStack): Promise<{ refused: Promise<never> }> {
  const { settings, terminal, signal } = options
  const startedMs = performance.now()
  const directory = prepareDataDirectory(settings.SIAGA_DATA_DIR)
  const lock = acquireLock(join(directory.path, 'demo.lock'))
  stack.defer(() => lock.release())
  const addresses = await chooseAddresses(settings)
  const provisioned = provision(directory.path, settings.SIAGA_COMMAND_KEY)
  const world = await startWorld(directory.path, terminal)
  stack.defer(() => world.close())
  const pageUrl = options.dev ? await openDevServer(addresses, stack) : addresses.http.url
  const refused = refusal(startProcesses({ ...options, directory, addresses, provisioned, world, pageUrl }, stack))
  await Promise.race([whenReady(addresses.http.url, READY_WITHIN_MS, signal), refused])
  const population = await world.populate({
    credentials: provisioned.fleet,
    mqttUrl: addresses.mqtt.url,
    httpUrl: addresses.http.url,
    log: createLog('applications', 'warn'),
  })
  stack.defer(() => population.close())
  const apps = sampleApps.length
  const heard = await whenHeard(addresses.http.url, { apps, withinMs: HEARD_WITHIN_MS, signal })
  const facts = {
    httpUrl: pageUrl,
    mqttUrl: addresses.mqtt.url,
    dataDirectory: directory.path,
    notes: addresses.notes,
  }
  const startedInMs = performance.now() - startedMs
  terminal.print(banner({ ...facts, heard, apps, startedInMs }, terminal.colour))
  return { refused }
}

async function openDevServer(addresses: Addresses, stack: AsyncDisposableStack): Promise<string> {
  const devServer = await startDevServer(addresses.http.url)
  stack.defer(() => devServer.close())
  return devServer.url
}

interface ProcessParts extends DemoOptions {
  readonly directory: DemoDirectory
  readonly addresses: Addresses
  readonly provisioned: Provisioned
  readonly world: World
  readonly pageUrl: string
}

function startProcesses(parts: ProcessParts, stack: AsyncDisposableStack): Supervised[] {
  const { root, directory, addresses, provisioned, world, terminal } = parts
  const plans = planChildren({
    dataDirectory: directory.path,
    http: addresses.http,
    mqtt: addresses.mqtt,
    simulatorUrl: world.simulatorUrl,
    doors: world.doors.map((door) => ({ ...door, ...provisioned.doorOf(door.id) })),
    server: parts.dev ? { SIAGA_PUBLIC_URL: parts.pageUrl } : {},
  })
  return plans.map((plan) => {
    const child = supervise(plan, { root, logs: directory.logs, clock: systemClock, say: terminal.say })
    stack.defer(() => child.close())
    return child
  })
}

/** Rejects when a process refuses its settings, which no restart can heal; never resolves. */
function refusal(children: readonly Supervised[]): Promise<never> {
  return Promise.race(children.map((child) => child.refused)).then((reason) => {
    throw new Error(reason)
  })
}
