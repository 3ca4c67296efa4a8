/**
 * Promise 9 at the broker's listener: mutated frames, with and without a login, crash nothing and change nothing, while
 * another application is answered as always. Devices log in with real tokens, so the library behind the gate is reached.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Credential, openCredentials } from '../../broker/identity/credentials.ts'
import { createRandom } from '../../scripts/demo/random.ts'
import { startChild } from '../bench/child.ts'
import type { PacedQuestion, Sent } from '../bench/processes/paced-publisher.ts'
import { type OwnProcess, startBrokerProcess, temporaryDataDir } from '../bench/stack.ts'
import { changedIn, digestOf, type Exempt } from './digest.ts'
import { canaryFigures, type FuzzFigures, gatherWhile, reportFuzz, wantsMore, watchMemory } from './fuzz-report.ts'
import { exchange } from './mqtt-exchange.ts'
import { mutatedFrame } from './mqtt-frames.ts'
import type { ProofSize } from './proof-size.ts'

const CONNECTIONS_AT_ONCE = 160
/** As many as one connection takes: some two of five end it. */
const FRAMES_A_CONNECTION = 8
/** Each has one connection at a time. */
const DOORS = CONNECTIONS_AT_ONCE
/** Ports of one address run out: a closed connection keeps its pair for a second. */
const ADDRESSES = 100
const LOGINS_SHARE = 0.7
const WEB_SOCKETS_SHARE = 0.1
const CANARY = 'canary'
const CANARY_PER_S = 50
const CANARY_ROUND_MS = 2_000
/** What takes longer than its goal is a figure all the same. */
const CANARY_PATIENCE_MS = 120_000
/** The canary's messages and the broker's own marks. */
const exempt: Exempt = {
  rows: {
    'journal.db.rows': `sender NOT IN ('journal', 'app:${CANARY}')`,
    'journal.db.sqlite_sequence': false,
  },
}
export async function fuzzMqtt({ runs, seed }: { runs: number; seed: number }): Promise<FuzzFigures> {
  await using cleanup = new AsyncDisposableStack()
  const dataDir = temporaryDataDir()
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const store = openCredentials(dataDir)
  const doors = Array.from({ length: DOORS }, (_, index) => store.issue({ role: 'door', id: `fuzz-${index}` }))
  const canaryLogin = store.issue({ role: 'app', id: CANARY })
  store.close()
  const broker = await startBrokerProcess(dataDir, { SIAGA_MQTT_WS_PORT: '0' })
  cleanup.use(broker)
  const canary = startChild<PacedQuestion, Sent[]>('paced-publisher.ts')
  cleanup.use(canary)
  await canary.ask({
    kind: 'connect',
    url: `mqtt://127.0.0.1:${broker.port}`,
    clients: [{ app: CANARY, ...canaryLogin }],
  })
  const before = digestOf(dataDir, exempt)

  let fuzzing = true
  const memory = watchMemory(broker)
  const beats = gatherWhile(
    () => fuzzing,
    () =>
      canary.ask({
        kind: 'publish',
        ratePerS: CANARY_PER_S,
        durationMs: CANARY_ROUND_MS,
        patienceMs: CANARY_PATIENCE_MS,
      }),
  )
  const counts = await sendFrames({ broker, doors, runs, seed })
  fuzzing = false
  const memoryMib = memory.stop()
  const sent = await beats
  return {
    ...counts,
    crashed: broker.exited(),
    changed: changedIn(before, digestOf(dataDir, exempt)),
    canary: canaryFigures(
      sent.map(({ acknowledgedMs }) => acknowledgedMs),
      sent.length - storedOf(dataDir, CANARY),
    ),
    memoryMib,
  }
}

interface Sending {
  readonly broker: OwnProcess
  readonly doors: readonly Credential[]
  readonly runs: number
  readonly seed: number
}

async function sendFrames({ broker, doors, runs, seed }: Sending) {
  const counts = { looked: 0, connections: 0, logins: 0 }
  const worker = async (door: Credential, index: number) => {
    const random = createRandom(seed + index)
    while (wantsMore(counts, runs) && !broker.exited()) {
      const login = random() < LOGINS_SHARE ? door : undefined
      const webSocket = random() < WEB_SOCKETS_SHARE
      const frames = Array.from({ length: login ? FRAMES_A_CONNECTION : 1 }, () => mutatedFrame(random))
      counts.connections += 1
      const localAddress = `127.0.0.${2 + (counts.connections % ADDRESSES)}`
      const port = webSocket ? broker.webSocketPort : broker.port
      const { loggedIn, looked } = await exchange({ port, localAddress, webSocket, frames, login })
      if (loggedIn) counts.logins += 1
      counts.looked += looked
    }
  }
  await Promise.all(doors.map(worker))
  return counts
}

function storedOf(dataDir: string, app: string): number {
  const db = new DatabaseSync(join(dataDir, 'journal.db'), { readOnly: true, timeout: 5_000 })
  const found = db.prepare('SELECT COUNT(*) AS n FROM rows WHERE sender = ?').get(`app:${app}`)
  db.close()
  return Number(found?.['n'])
}

/** `npm run proof -- mqtt-fuzz`. @returns whether every goal was met */
export async function proveMqttFuzz({ numRuns, seed }: ProofSize): Promise<boolean> {
  const startedMs = performance.now()
  return reportFuzz(await fuzzMqtt({ runs: numRuns, seed }), numRuns, { seed, startedMs })
}
