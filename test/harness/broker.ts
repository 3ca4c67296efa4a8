/** The real broker in this process, on a free port, with its journal at hand. */

import { onTestFinished } from 'vitest'
import type { Identity } from '#contract/access.ts'
import type { Clock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { readSettings } from '#runtime/settings.ts'
import { startBroker } from '../../broker/app.ts'
import { type Credentials, openCredentials } from '../../broker/identity/credentials.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { type JournalReader, openJournalReader } from '../../broker/journal/reader.ts'
import { brokerShape } from '../../broker/settings.ts'
import { mqttClient } from './mqtt.ts'
import { temporaryDirectory } from './temporary.ts'

export interface TestBroker {
  readonly dataDir: string
  readonly port: number
  readonly url: string
  readonly webSocketPort: number
  readonly credentials: Credentials
  readonly reader: JournalReader
  /** All rows of messages, without the writer's own. */
  rows(): JournalRow[]
  connect(identity: Identity, options?: Parameters<typeof mqttClient>[1]): ReturnType<typeof mqttClient>
  readonly close: () => Promise<void>
}

interface TestBrokerOptions {
  /** Settings beside or instead of the harness's own. */
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

/** Closed with the test. */
export async function startTestBroker(
  dataDir = temporaryDirectory(),
  options?: TestBrokerOptions,
): Promise<TestBroker> {
  const broker = await openTestBroker(dataDir, options)
  onTestFinished(broker.close)
  return broker
}

/** For several tests: whoever opens it closes it. */
export async function openTestBroker(dataDir: string, { env, clock }: TestBrokerOptions = {}): Promise<TestBroker> {
  const own = { SIAGA_DATA_DIR: dataDir, SIAGA_MQTT_PORT: '0', SIAGA_MQTT_WS_PORT: '0' }
  const settings = readSettings(brokerShape, { ...own, ...env })
  const broker = await startBroker(settings, { log: silentLog, ...(clock ? { clock } : {}) })
  const credentials = openCredentials(dataDir)
  const reader = openJournalReader(dataDir)
  if (!reader) throw new Error('the broker made no journal')
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    reader.close()
    credentials.close()
    await broker.close()
  }
  const url = `mqtt://127.0.0.1:${broker.port}`
  return {
    dataDir,
    port: broker.port,
    url,
    webSocketPort: broker.endpoints.find(({ kind }) => kind === 'websocket')?.port ?? 0,
    credentials,
    reader,
    rows: () => reader.readAfter(0, 100_000).filter((row) => row.sender !== 'journal'),
    connect: (identity, options) => {
      const { username, password } = credentials.issue(identity)
      return mqttClient(url, { username, password, ...options })
    },
    close,
  }
}
