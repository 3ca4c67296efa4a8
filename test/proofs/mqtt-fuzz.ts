/**
 * Promise 9 at the broker's listener: mutated frames, with and without a login, crash nothing and change nothing, while
 * another application is answered as always. Devices log in with real tokens, so the library behind the gate is reached.
 */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Credential, openCredentials } from '../../broker/identity/credentials.ts'
import { PacketGate } from '../../broker/listener/gate.ts'
import { roleLimits } from '../../broker/listener/limits.ts'
import { startChild } from '../bench/child.ts'
import { residentMib } from '../bench/process-stat.ts'
import type { PacedQuestion, Sent } from '../bench/processes/paced-publisher.ts'
import { startBrokerProcess, temporaryDataDir } from '../bench/stack.ts'
import { median, quantilesOf } from '../bench/statistics.ts'
import { connectPacket, pingPacket } from '../harness/mqtt-wire.ts'
import { mutatedFrame, randomFrom } from './mqtt-frames.ts'
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
const SAMPLE_MS = 200

export interface FuzzFigures {
  readonly frames: number
  readonly connections: number
  readonly logins: number
  readonly crashed: boolean
  /** The databases but for the canary's messages and the broker's own marks are the same, byte for byte. */
  readonly unchanged: boolean
  readonly canary: { readonly count: number; readonly lost: number; readonly p99Ms: number; readonly maxMs: number }
  /** Median of the last fifth of the run against that of the second fifth. */
  readonly memoryMib: { readonly early: number; readonly late: number }
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
  const before = digestOf(dataDir)

  let fuzzing = true
  const samples: number[] = []
  const sampling = setInterval(() => broker.exited() || samples.push(residentMib(broker.pid)), SAMPLE_MS)
  const beats = keepBeating(canary, () => fuzzing)
  const counts = await sendFrames({ port: broker.port, doors, runs, seed, exited: broker.exited })
  fuzzing = false
  clearInterval(sampling)
  const sent = await beats
  const { p99, max, count } = quantilesOf(sent.map(({ acknowledgedMs }) => acknowledgedMs))
  const fifth = Math.max(1, Math.floor(samples.length / 5))
  return {
    ...counts,
    crashed: broker.exited(),
    unchanged: digestOf(dataDir) === before,
    canary: { count, lost: count - storedOf(dataDir, CANARY), p99Ms: p99, maxMs: max },
    memoryMib: { early: median(samples.slice(fifth, 2 * fifth)), late: median(samples.slice(-fifth)) },
  }
}

async function keepBeating(
  canary: { ask(question: PacedQuestion): Promise<Sent[]> },
  wanted: () => boolean,
): Promise<Sent[]> {
  const sent: Sent[] = []
  do {
    sent.push(...(await canary.ask({ kind: 'publish', ratePerS: CANARY_PER_S, durationMs: CANARY_ROUND_MS })))
  } while (wanted())
  return sent
}

interface Sending {
  readonly port: number
  readonly doors: readonly Credential[]
  readonly runs: number
  readonly seed: number
  readonly exited: () => boolean
}

async function sendFrames({ port, doors, runs, seed, exited }: Sending) {
  const counts = { frames: 0, connections: 0, logins: 0 }
  const worker = async (door: Credential, index: number) => {
    const random = randomFrom(seed + index)
    while (counts.frames < runs && !exited()) {
      const login = random() < 0.7 ? door : undefined
      const frames = Array.from({ length: login ? FRAMES_A_CONNECTION : 1 }, () => mutatedFrame(random))
      counts.connections += 1
      if (login) counts.logins += 1
      counts.frames += login ? judged(frames) : 1
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

/** Of all rows that frames could have changed. */
function digestOf(dataDir: string): string {
  const digest = createHash('sha256')
  for (const [file, queries] of Object.entries({
    'journal.db': [
      `SELECT * FROM rows WHERE sender NOT IN ('journal', 'app:${CANARY}') ORDER BY id`,
      'SELECT * FROM quarantine ORDER BY id',
      'SELECT * FROM watermarks ORDER BY channel, subject, journal',
      'SELECT * FROM declared_gaps ORDER BY channel, subject, journal, from_seq',
    ],
    'identity.db': ['SELECT * FROM tokens ORDER BY number', 'SELECT * FROM sqlite_schema'],
  })) {
    const db = new DatabaseSync(join(dataDir, file), { readOnly: true, timeout: 5_000 })
    for (const query of queries) digest.update(JSON.stringify(db.prepare(query).all()))
    db.close()
  }
  return digest.digest('hex')
}

function storedOf(dataDir: string, app: string): number {
  const db = new DatabaseSync(join(dataDir, 'journal.db'), { readOnly: true, timeout: 5_000 })
  const found = db.prepare('SELECT COUNT(*) AS n FROM rows WHERE sender = ?').get(`app:${app}`)
  db.close()
  return Number(found?.['n'])
}

const GROWTH_MAX = 0.05
const CANARY_P99_MS = 100

/** `npm run proof -- mqtt-fuzz`. @returns whether every goal was met */
export async function proveMqttFuzz({ numRuns, seed }: ProofSize): Promise<boolean> {
  const startedMs = performance.now()
  const figures = await fuzzMqtt({ runs: numRuns, seed })
  const { canary, memoryMib } = figures
  const growth = memoryMib.late / memoryMib.early - 1
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  const goals: (readonly [string, boolean])[] = [
    [
      `${figures.frames} frames on ${figures.connections} connections (${figures.logins} logged in)`,
      figures.frames >= numRuns,
    ],
    ['0 crashes', !figures.crashed],
    ['0 effects, by diff of the databases', figures.unchanged],
    [
      `memory ${memoryMib.early.toFixed(1)} → ${memoryMib.late.toFixed(1)} MiB, ${(growth * 100).toFixed(1)} %`,
      growth <= GROWTH_MAX,
    ],
    [
      `canary p99 ${canary.p99Ms.toFixed(1)} ms, max ${canary.maxMs.toFixed(1)} ms, of ${canary.count}`,
      canary.p99Ms <= CANARY_P99_MS,
    ],
    [`${canary.lost} of the canary's messages lost`, canary.lost === 0],
  ]
  for (const [text, met] of goals) process.stdout.write(`${met ? 'holds ' : 'FAILED'}  ${text}\n`)
  process.stdout.write(`seed ${seed}, ${seconds} s\n`)
  return goals.every(([, met]) => met)
}
