/** Broker and server as in operation, with login, a canary, and people who are logged in. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Credential } from '../../broker/identity/credentials.ts'
import { type Known, logIn } from '../bench/people.ts'
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

/** Those who have just proven it get to what is dangerous. */
const people: readonly Known[] = [
  ...[{ role: 'administrator', proven: true } as const, { role: 'operator', proven: true } as const],
  ...[{ role: 'administrator' } as const, { role: 'auditor' } as const, { role: 'operator' } as const],
  { role: 'technician' },
]

/** Its routes are there, and it answers nobody. */
const providerAway = {
  SIAGA_PUBLIC_URL: 'http://localhost',
  SIAGA_OIDC_ISSUER: 'http://127.0.0.1:9',
  SIAGA_OIDC_CLIENT_ID: 'siaga',
  SIAGA_OIDC_CLIENT_SECRET: 's'.repeat(32),
}

/** Pages, whether the real ones are built or not. @returns where they are */
function writePages(dataDir: string): string {
  const webDir = join(dataDir, 'web')
  mkdirSync(join(webDir, 'assets'), { recursive: true })
  writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Siaga</title>')
  writeFileSync(join(webDir, 'assets', 'index.js'), 'export {}\n')
  return webDir
}

/** A proof holds five minutes. */
const PROVE_EVERY_MS = 60_000
const Mark = z.object({ session: z.string(), step_up_ms: z.int() })

/** Those who have just proven their second factor go on having just proven it. @returns ends that, and every mark is as before */
export function keepProven(dataDir: string): () => void {
  const db = new DatabaseSync(join(dataDir, 'auth.db'), { timeout: 5_000 })
  const marks = z
    .array(Mark)
    .parse(db.prepare('SELECT session, step_up_ms FROM session_marks WHERE step_up_ms > 0').all())
  const write = db.prepare('UPDATE session_marks SET step_up_ms = ? WHERE session = ?')
  const timer = setInterval(() => {
    for (const { session } of marks) write.run(Date.now(), session)
  }, PROVE_EVERY_MS)
  return () => {
    clearInterval(timer)
    for (const { session, step_up_ms } of marks) write.run(step_up_ms, session)
    db.close()
  }
}

/** What was written down last: which request it was that changed something. */
export function newestActs(dataDir: string): string[] {
  const db = new DatabaseSync(join(dataDir, 'audit.db'), { readOnly: true })
  const events = db.prepare('SELECT event FROM entries ORDER BY number DESC LIMIT 3').all()
  db.close()
  return events.map(({ event }) => String(event))
}

export async function startFuzzStack(): Promise<FuzzStack> {
  await using cleanup = new AsyncDisposableStack()
  const dataDir = temporaryDataDir()
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const canaryLogin = registerCanary(dataDir)
  const cookies = await logIn(dataDir, people)
  const broker = cleanup.use(await startBrokerProcess(dataDir))
  const env = {
    ...{ SIAGA_MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, SIAGA_DEMO: '0', SIAGA_WEB_DIR: writePages(dataDir) },
    ...providerAway,
  }
  const server = cleanup.use(await startServerProcess(dataDir, env))
  const kept = cleanup.move()
  return { dataDir, broker, server, cookies, canaryLogin, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
