/**
 * Promise 9 at the live feed: mutated handshakes and frames, of strangers and of people who are logged in, crash nothing
 * and change nothing, while a screen hears of an application's heartbeats as always.
 */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../scripts/demo/random.ts'
import { startChild } from '../bench/child.ts'
import { matchLatencies } from '../bench/matching.ts'
import type { LiveQuestion, Seen } from '../bench/processes/live-client.ts'
import type { PacedQuestion, Sent } from '../bench/processes/paced-publisher.ts'
import { CANARY } from './canary.ts'
import { changedIn, digestOf } from './digest.ts'
import { canaryFigures, type FuzzFigures, gatherWhile, reportFuzz, wantsMore, watchMemory } from './fuzz-report.ts'
import { type FuzzStack, serverExempt, startFuzzStack } from './fuzz-stack.ts'
import { handshake, mutatedHandshake, mutatedLiveFrame } from './live-frames.ts'
import type { Random } from './mutations.ts'
import type { ProofSize } from './proof-size.ts'
import { clientFrame, FrameReader, opcode } from './websocket-frames.ts'

const CONNECTIONS_AT_ONCE = 16
/** As many as one connection takes: about every other frame ends it. */
const FRAMES_A_CONNECTION = 12
const ADDRESSES = 100
const HANDSHAKES_SHARE = 0.2
const LOGINS_SHARE = 0.9
/** Where no pong and no end comes: a frame announced more than it had. */
const PATIENCE_MS = 250
/** In front of a frame's number in the ping behind it: a bent frame may be a ping too. */
const OWN_PING = 'behind '
const CANARY_PER_S = 25
const CANARY_ROUND_MS = 2_000
const CANARY_PATIENCE_MS = 120_000
const SETTLE_MS = 2_500
/** Before it a frame for the namespace would only be a breach of order. */
const JOINED = Buffer.from('40/live,{')

export async function fuzzLive({ runs, seed }: { runs: number; seed: number }): Promise<FuzzFigures> {
  await using cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await startFuzzStack())
  const { dataDir, broker, server, canaryLogin } = stack
  const publisher = cleanup.use(startChild<PacedQuestion, Sent[]>('paced-publisher.ts'))
  const screen = cleanup.use(startChild<LiveQuestion, Seen[]>('live-client.ts'))
  const clients = [{ app: CANARY, ...canaryLogin }]
  await publisher.ask({ kind: 'connect', url: `mqtt://127.0.0.1:${broker.port}`, clients })
  const cookie = stack.cookies[0] ?? ''
  await screen.ask({ kind: 'connect', url: `http://127.0.0.1:${server.port}`, feed: 'siaga', cookie })
  const round = { kind: 'publish', ratePerS: CANARY_PER_S, durationMs: CANARY_ROUND_MS } as const
  const beat = () => publisher.ask({ ...round, patienceMs: CANARY_PATIENCE_MS })
  await beat()
  await delay(SETTLE_MS)
  const before = digestOf(dataDir, serverExempt)

  let fuzzing = true
  const memory = watchMemory(server)
  const beats = gatherWhile(() => fuzzing, beat)
  const counts = await sendFrames(stack, runs, seed)
  fuzzing = false
  const memoryMib = memory.stop()
  const sent = await beats
  await delay(SETTLE_MS)
  const { latenciesMs, neverSeen } = matchLatencies(sent, await screen.ask({ kind: 'take' }))
  return {
    ...counts,
    crashed: server.exited() || broker.exited(),
    changed: changedIn(before, digestOf(dataDir, serverExempt)),
    canary: canaryFigures(latenciesMs, neverSeen),
    memoryMib,
  }
}

async function sendFrames({ server, cookies }: FuzzStack, runs: number, seed: number) {
  const counts = { looked: 0, connections: 0, logins: 0, handshakes: 0 }
  const host = `127.0.0.1:${server.port}`
  const worker = async (index: number) => {
    const random = createRandom(seed + index)
    while (wantsMore(counts, runs) && !server.exited()) {
      const localAddress = `127.0.0.${2 + (counts.connections % ADDRESSES)}`
      const cookie = random() < LOGINS_SHARE ? cookies[Math.floor(random() * cookies.length)] : undefined
      const to = { port: server.port, localAddress }
      counts.connections += 1
      const bent = random() < HANDSHAKES_SHARE
      // One that is not let in has sent a handshake, and no frame.
      const { answered, joined, looked } = bent
        ? await knock(to, mutatedHandshake(random, host, cookie))
        : await converse(to, handshake(host, cookie), random)
      if (joined) counts.logins += 1
      else if (answered) counts.handshakes += 1
      counts.looked += looked
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS_AT_ONCE }, (_, index) => worker(index)))
  return counts
}

interface Address {
  readonly port: number
  readonly localAddress: string
}

interface Outcome {
  /** The server answered the handshake, or ended it. */
  readonly answered: boolean
  readonly joined: boolean
  /** Frames. */
  readonly looked: number
}

/** A request that ends with its connection. */
function knock(to: Address, request: Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, host: '127.0.0.1', noDelay: true })
    let answered = false
    let connected = false
    const patience = setTimeout(() => socket.destroy(), PATIENCE_MS)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => {
      answered = true
    })
    socket.once('end', () => {
      answered = true
    })
    socket.once('connect', () => {
      connected = true
      socket.end(request)
    })
    socket.once('close', (hadError) => {
      clearTimeout(patience)
      resolve({ answered: answered || (connected && hadError), joined: false, looked: 0 })
    })
  })
}

/** Frames on one connection, each with a ping behind it whose pong says that the frame was looked at. */
function converse(to: Address, greeting: Buffer, random: Random): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, host: '127.0.0.1', noDelay: true })
    const talk = new Talk()
    // What the feed sends by itself is no sign that a frame was looked at.
    let patience = setTimeout(() => socket.destroy(), 10 * PATIENCE_MS)
    const waitOn = () => {
      clearTimeout(patience)
      patience = setTimeout(() => socket.destroy(), PATIENCE_MS)
    }
    const hear = (chunk: Buffer) => {
      const { joined, behind } = talk
      talk.hear(chunk)
      if (!joined && talk.joined) socket.write(numberedFrames(random))
      if (joined !== talk.joined || behind !== talk.behind) waitOn()
      if (talk.ended || talk.behind === FRAMES_A_CONNECTION) socket.destroy()
    }
    let head = ''
    const greet = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 101')) return void socket.destroy()
      socket.off('data', greet)
      socket.on('data', hear)
      hear(Buffer.from(head.slice(end + 4), 'latin1'))
      socket.write(clientFrame(opcode.text, Buffer.from('40/live,')))
      waitOn()
    }
    socket.once('connect', () => socket.write(greeting))
    socket.on('error', () => {
      talk.ended = true
    })
    socket.once('end', () => {
      talk.ended = true
    })
    socket.on('data', greet)
    socket.once('close', () => {
      clearTimeout(patience)
      resolve({ answered: head !== '', joined: talk.joined, looked: talk.looked() })
    })
  })
}

function numberedFrames(random: Random): Buffer {
  return Buffer.concat(
    Array.from({ length: FRAMES_A_CONNECTION }, (_, index) => [
      mutatedLiveFrame(random),
      clientFrame(opcode.ping, Buffer.from(`${OWN_PING}${index + 1}`)),
    ]).flat(),
  )
}

/** What the server has said on one connection. */
class Talk {
  joined = false
  /** By the server. */
  ended = false
  /** The last frame that a pong has come behind. */
  behind = 0
  private readonly reader = new FrameReader()

  hear(chunk: Buffer): void {
    for (const { kind, payload } of this.reader.push(chunk)) {
      if (kind === opcode.text && payload.subarray(0, JOINED.length).equals(JOINED)) this.joined = true
      else if (kind === opcode.close) this.ended = true
      else if (kind === opcode.pong && payload.toString('latin1').startsWith(OWN_PING)) {
        this.behind = Number(payload.toString('latin1', OWN_PING.length))
      }
    }
  }

  /** All frames leave at once, so the one behind the last pong is the one that ended it. */
  looked(): number {
    if (!this.joined) return 0
    return this.ended && this.behind < FRAMES_A_CONNECTION ? this.behind + 1 : this.behind
  }
}

/** `npm run proof -- socketio-fuzz`. @returns whether every goal was met */
export async function proveLiveFuzz({ numRuns, seed }: ProofSize): Promise<boolean> {
  const startedMs = performance.now()
  return reportFuzz(await fuzzLive({ runs: numRuns, seed }), numRuns, { seed, startedMs })
}
