/** Broker and server as processes of their own on one data directory, provisioned as an operator would. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { type JournalReader, openJournalReader } from '../../broker/journal/reader.ts'
import { runAdmin } from '../../server/admin/run-admin.ts'
import { SeriesResult, Status, TransitionList } from '../../server/http/schemas.ts'
import { type TestProcess, testProcess } from './process.ts'
import { temporaryDirectory } from './temporary.ts'

const ROWS_PER_READ = 1_000
const DAY_MS = 86_400_000

export interface Siaga {
  readonly dataDir: string
  readonly broker: TestProcess
  readonly server: TestProcess
  readonly mqttPort: number
  readonly mqttUrl: string
  readonly httpUrl: string
  readonly reader: JournalReader
  /** All rows of a channel, oldest first. */
  rows(channel: JournalRow['channel']): JournalRow[]
  status(): Promise<z.infer<typeof Status>>
  appStatus(id: string): Promise<z.infer<typeof Status>['apps'][number] | undefined>
  /** Of today and tomorrow. */
  transitions(app: string): Promise<z.infer<typeof TransitionList>['transitions']>
  /** Sum of `fn=count` over the last and the next hours. */
  count(parameters: Readonly<Record<string, string>>): Promise<{ store: string; total: number }>
}

interface SiagaOptions {
  readonly dataDir?: string
  /** Further settings of the broker, asked at each start. */
  readonly brokerEnv?: () => Readonly<Record<string, string>>
  /** Further settings of the server, asked at each start. */
  readonly serverEnv?: () => Readonly<Record<string, string>>
}

/** Starts both and waits until each says that it is ready. Ports are free ones, and stay the same over restarts. */
export async function startSiaga(options: SiagaOptions = {}): Promise<Siaga> {
  const { dataDir = temporaryDirectory(), brokerEnv, serverEnv } = options
  const ports = { mqtt: 0, http: 0 }
  const broker = testProcess({
    name: 'broker',
    args: ['broker/main.ts'],
    env: () => ({ SIAGA_DATA_DIR: dataDir, SIAGA_MQTT_PORT: String(ports.mqtt), ...brokerEnv?.() }),
    ready: 'broker ready',
    onReady: (line) => {
      ports.mqtt = portIn(line)
    },
  })
  const server = testProcess({
    name: 'server',
    args: ['server/main.ts'],
    env: () => ({
      SIAGA_DATA_DIR: dataDir,
      SIAGA_HTTP_PORT: String(ports.http),
      SIAGA_MQTT_URL: `mqtt://127.0.0.1:${ports.mqtt}`,
      // Without login; what tests logging in sets it back.
      SIAGA_DEMO: '1',
      ...serverEnv?.(),
    }),
    ready: 'server ready',
    onReady: (line) => {
      ports.http = portIn(line)
    },
  })
  await broker.start()
  await server.start()
  const reader = openJournalReader(dataDir)
  if (!reader) throw new Error('the broker made no journal')
  onTestFinished(() => reader.close())
  const httpUrl = `http://127.0.0.1:${ports.http}`
  return {
    dataDir,
    broker,
    server,
    mqttPort: ports.mqtt,
    mqttUrl: `mqtt://127.0.0.1:${ports.mqtt}`,
    httpUrl,
    reader,
    rows: rowsByChannel(reader),
    ...questions(httpUrl),
  }
}

/** Reads on from where it was: rows never change, and a test looks again and again. */
function rowsByChannel(reader: JournalReader): Siaga['rows'] {
  const known = new Map<JournalRow['channel'], JournalRow[]>()
  let cursor = 0
  return (channel) => {
    for (;;) {
      const rows = reader.readAfter(cursor, ROWS_PER_READ)
      for (const row of rows) {
        const before = known.get(row.channel)
        if (before) before.push(row)
        else known.set(row.channel, [row])
      }
      cursor = rows.at(-1)?.id ?? cursor
      if (rows.length < ROWS_PER_READ) return [...(known.get(channel) ?? [])]
    }
  }
}

function questions(httpUrl: string): Pick<Siaga, 'status' | 'appStatus' | 'transitions' | 'count'> {
  const ask = async (path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const response = await fetch(`${httpUrl}${path}?${new URLSearchParams(parameters)}`)
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
  const status = async () => Status.parse(await ask('/api/v1/status'))
  const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString()
  return {
    status,
    appStatus: async (id) => (await status()).apps.find((app) => app.id === id),
    transitions: async (app) => {
      const answer = await ask('/api/v1/transitions', { app, from: fromNow(-DAY_MS), to: fromNow(DAY_MS) })
      return TransitionList.parse(answer).transitions
    },
    count: async (parameters) => {
      const range = { fn: 'count', every: '1h', from: fromNow(-DAY_MS / 12), to: fromNow(DAY_MS / 12) }
      const { store, rows } = SeriesResult.parse(await ask('/api/v1/series', { ...range, ...parameters }))
      return { store, total: rows.reduce((sum, row) => sum + Number(row.at(-1)), 0) }
    },
  }
}

/** `npm run admin -- ... --json` on a data directory. @returns what it printed. @throws Error with its words when it failed */
export function admin(dataDir: string, ...argv: string[]): unknown {
  const printed: string[] = []
  const code = runAdmin({
    argv: [...argv, '--json'],
    dataDir,
    print: (text) => printed.push(text),
    printError: (text) => printed.push(text),
  })
  const text = printed.join('\n')
  if (code !== 0) throw new Error(`admin ${argv.join(' ')} exited ${code}: ${text}`)
  return JSON.parse(text)
}

const Credential = z.object({ username: z.string(), password: z.string() })
export type Credential = z.infer<typeof Credential>

/** A command of the administration that answers with a credential, as `app token ID`. */
export function adminCredential(dataDir: string, ...argv: string[]): Credential {
  return Credential.parse(admin(dataDir, ...argv))
}

export interface NewApp {
  readonly id: string
  readonly intervalS: number
  readonly graceS: number
  /** Diskominfo if not given. */
  readonly opd?: string
}

/** Registers applications and issues each its token. */
export function registerApps(dataDir: string, apps: readonly NewApp[]): Map<string, Credential> {
  const file = join(dataDir, 'apps.json')
  writeFileSync(file, JSON.stringify(apps.map((app) => ({ name: `Aplikasi ${app.id}`, opd: 'Diskominfo', ...app }))))
  admin(dataDir, 'apps', 'import', file)
  return new Map(apps.map(({ id }) => [id, adminCredential(dataDir, 'app', 'token', id)]))
}

const PortLine = z.object({ port: z.int().min(1) })

function portIn(line: string): number {
  return PortLine.parse(JSON.parse(line)).port
}
