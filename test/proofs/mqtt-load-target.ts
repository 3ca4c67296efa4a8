/** What the load is put on: our broker with our server behind it, or the MQTT library alone with a bare bridge. */
import { openCredentials } from '../../broker/identity/credentials.ts'
import { startChild } from '../bench/child.ts'
import type { DeviceLogin } from '../bench/device.ts'
import type { BridgeQuestion } from '../bench/processes/bare-bridge.ts'
import type { PacedClient } from '../bench/processes/paced-publisher.ts'
import { appIds, startStack } from '../bench/stack.ts'

export interface LoadTarget extends AsyncDisposable {
  readonly brokerPid: number
  readonly mqttPort: number
  readonly devices: readonly DeviceLogin[]
  /** Applications whose heartbeats a screen shows. */
  readonly apps: readonly PacedClient[]
  readonly live: { readonly url: string; readonly feed: 'siaga' | 'bare' }
  [Symbol.asyncDispose](): Promise<void>
}

const APPS = 10
/** Silence changes nothing here. */
const INTERVAL_S = 3_600

export async function startOwn(devices: number): Promise<LoadTarget> {
  await using cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await startStack({ apps: APPS, intervalS: INTERVAL_S }))
  const store = openCredentials(stack.dataDir)
  const logins = deviceIds(devices).map((id) => store.issue({ role: 'door', id }))
  store.close()
  const kept = cleanup.move()
  return {
    brokerPid: stack.brokerPid,
    mqttPort: Number(new URL(stack.mqttUrl).port),
    devices: logins,
    apps: stack.credentials.map(({ id, username, password }) => ({ app: id, username, password })),
    live: { url: stack.httpUrl, feed: 'siaga' },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

export async function startBare(devices: number): Promise<LoadTarget> {
  await using cleanup = new AsyncDisposableStack()
  const aedes = cleanup.use(startChild<object, number>('bare-aedes.ts'))
  const mqttPort = await aedes.ask({})
  const bridge = cleanup.use(startChild<BridgeQuestion, number>('bare-bridge.ts'))
  const bridgePort = await bridge.ask({ mqttUrl: `mqtt://127.0.0.1:${mqttPort}` })
  const kept = cleanup.move()
  return {
    brokerPid: aedes.pid,
    mqttPort,
    devices: deviceIds(devices).map((id) => ({ id })),
    apps: appIds(APPS).map((app) => ({ app })),
    live: { url: `http://127.0.0.1:${bridgePort}`, feed: 'bare' },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function deviceIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `load-${index}`)
}
