/** Broker and server as in operation, with login, a canary, and people who are logged in. */
import { rmSync } from 'node:fs'
import type { Credential } from '../../broker/identity/credentials.ts'
import { logIn } from '../bench/people.ts'
import { type OwnProcess, startBrokerProcess, startServerProcess, temporaryDataDir } from '../bench/stack.ts'
import { CANARY, registerCanary } from './canary.ts'
import type { Exempt } from './digest.ts'

export interface FuzzStack extends AsyncDisposable {
  readonly dataDir: string
  readonly broker: OwnProcess
  readonly server: OwnProcess
  /** Cookie headers. */
  readonly cookies: readonly string[]
  readonly canaryLogin: Credential
  [Symbol.asyncDispose](): Promise<void>
}

const ofCanary = "series IN (SELECT id FROM series WHERE tags LIKE '%canary%')"

/** What the canary, the pulse and a look at a session write. */
export const serverExempt: Exempt = {
  rows: {
    'journal.db.rows': `sender <> 'journal' AND channel <> 'pulse' AND subject <> '${CANARY}'`,
    'journal.db.sqlite_sequence': false,
    'core.db.monitor_checkpoint': false,
    'series.db.cursors': false,
    'series.db.heartbeat_minute': `NOT ${ofCanary}`,
    'series.db.heartbeat_hour': `NOT ${ofCanary}`,
  },
  columns: { 'auth.db.session_marks': ['seen_ms'], 'auth.db.people_roles': ['seen_ms'] },
}

export async function startFuzzStack(): Promise<FuzzStack> {
  await using cleanup = new AsyncDisposableStack()
  const dataDir = temporaryDataDir()
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const canaryLogin = registerCanary(dataDir)
  const cookies = await logIn(dataDir, ['administrator', 'auditor', 'operator', 'technician'])
  const broker = cleanup.use(await startBrokerProcess(dataDir))
  const env = { SIAGA_MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, SIAGA_DEMO: '0' }
  const server = cleanup.use(await startServerProcess(dataDir, env))
  const kept = cleanup.move()
  return { dataDir, broker, server, cookies, canaryLogin, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
