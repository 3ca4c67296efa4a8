/**
 * Promise 9 at the broker's listener: mutated frames, with and without a login, crash nothing and change nothing, while
 * another application is answered as always. Devices log in with real tokens, so the library behind the gate is reached.
 */
import { rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Credential, openCredentials } from '../../broker/identity/credentials.ts'
import { PacketGate } from '../../broker/listener/gate.ts'
import { roleLimits } from '../../broker/listener/limits.ts'
import { createRandom } from '../../scripts/demo/random.ts'
import { startChild } from '../bench/child.ts'
import type { PacedQuestion, Sent } from '../bench/processes/paced-publisher.ts'
import { startBrokerProcess, temporaryDataDir } from '../bench/stack.ts'
import { connectPacket, pingPacket } from '../harness/mqtt-wire.ts'
import { changedIn, digestOf, type Exempt } from './digest.ts'
import { canaryFigures, type FuzzFigures, gatherWhile, reportFuzz, watchMemory } from './fuzz-report.ts'
import { mutatedFrame } from './mqtt-frames.ts'
import type { ProofSize } from './proof-size.ts'

const CONNECTIONS_AT_ONCE = 160
const FRAMES_A_CONNECTION = 6
/** Each has one connection at a time. */
const DOORS = CONNECTIONS_AT_ONCE
/** Ports of one address run out: a closed connection keeps its pair for a second. */
const ADDRESSES = 100
/** Where no answer and no end comes: the last frame was cut short. */
const PATIENCE_MS = 40
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
  const broker = await startBrokerProcess(dataDir)
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
  const counts = await sendFrames({ port: broker.port, doors, runs, seed, exited: broker.exited })
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
  readonly port: number
  readonly doors: readonly Credential[]
  readonly runs: number
  readonly seed: number
  readonly exited: () => boolean
}

async function sendFrames({ port, doors, runs, seed, exited }: Sending) {
  const counts = { looked: 0, connections: 0, logins: 0 }
  const worker = async (door: Credential, index: number) => {
    const random = createRandom(seed + index)
    while (counts.looked < runs && !exited()) {
      const login = random() < 0.7 ? door : undefined
      const frames = Array.from({ length: login ? FRAMES_A_CONNECTION : 1 }, () => mutatedFrame(random))
      counts.connections += 1
      if (login) counts.logins += 1
      counts.looked += login ? judged(frames) : 1
      const address = `127.0.0.${2 + (counts.connections % ADDRESSES)}`
      await exchange(connect({ port, host: '127.0.0.1', localAddress: address, noDelay: true }), frames, login)
    }
  }
  await Promise.all(doors.map(worker))
  return counts
}

/** One connection to its end. */
function exchange(socket: Socket, frames: readonly Buffer[], login: Credential | undefined): Promise<void> {
  return new Promise((resolve) => {
    let patience: NodeJS.Timeout | undefined
    const sendAll = () => {
      socket.write(Buffer.concat([...frames, pingPacket]))
      patience = setTimeout(() => socket.end(), PATIENCE_MS)
    }
    let greeted = login === undefined
    socket.once('connect', () => {
      if (login) socket.write(connectPacket({ username: login.username, password: login.password }))
      else sendAll()
    })
    socket.on('data', (bytes: Buffer) => {
      if (!greeted) {
        greeted = true
        sendAll()
      } else if (bytes.at(-2) === 0xd0) socket.end()
    })
    socket.on('error', () => {
      // A cut may come as a reset.
    })
    socket.once('close', () => {
      clearTimeout(patience)
      resolve()
    })
  })
}

/** How many frames the gate looks at before it ends the connection: only those count. */
function judged(frames: readonly Buffer[]): number {
  const gate = new PacketGate()
  gate.push(connectPacket({ username: 'u', password: 'p' }))
  gate.take(() => true)
  gate.open(roleLimits.door)
  let count = 0
  for (const frame of frames) {
    count += 1
    gate.push(frame)
    for (let part = gate.take(() => true); part; part = gate.take(() => true)) gate.proceed()
    if (gate.phase === 'ended') break
  }
  return count
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
