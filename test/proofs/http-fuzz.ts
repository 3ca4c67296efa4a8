/**
 * Promise 9 at the server's HTTP port: mutated requests as raw bytes, of strangers and of people who are logged in,
 * crash nothing and change nothing, while an application's heartbeats are recorded as always. Requests come from many
 * addresses, so that the limit on logins of one address does not stand before what is tested.
 */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../scripts/demo/random.ts'
import { startChild } from '../bench/child.ts'
import type { HttpCanaryQuestion, Pushed } from '../bench/processes/http-canary.ts'
import { CANARY } from './canary.ts'
import { changedIn, digestOf } from './digest.ts'
import { canaryFigures, type FuzzFigures, gatherWhile, reportFuzz, wantsMore, watchMemory } from './fuzz-report.ts'
import { keepProven, newestActs, serverExempt, startFuzzStack } from './fuzz-stack.ts'
import { AnswerReader } from './http-answer.ts'
import { type Bent, type Caller, mutatedRequest } from './http-requests.ts'
import { unreachedRoutes } from './http-round.ts'
import type { ProofSize } from './proof-size.ts'

const CONNECTIONS_AT_ONCE = 16
const REQUESTS_A_CONNECTION = 20
const ADDRESSES = 4_000
/** A request that was cut short ends with its connection, so that nothing is waited for; this is a net below. */
const PATIENCE_MS = 5_000
/** Said before anybody is asked for a cookie, or to whoever has none that holds. */
const strangersStatus = [400, 401, 421]
const CANARY_PER_S = 25
const CANARY_ROUND_MS = 2_000
/** Warms the way of a push up, and brings the canary's state to `up`. */
const FIRST_ROUND_MS = 2_000
/** The server writes what it keeps once a second. */
const SETTLE_MS = 2_500

export async function fuzzHttp({ runs, seed }: { runs: number; seed: number }): Promise<FuzzFigures> {
  await using cleanup = new AsyncDisposableStack()
  const { dataDir, broker, server, cookies, canaryLogin } = cleanup.use(await startFuzzStack())
  const canary = cleanup.use(startChild<HttpCanaryQuestion, Pushed[]>('http-canary.ts'))
  const pushing = {
    url: `http://127.0.0.1:${server.port}`,
    app: CANARY,
    token: canaryLogin.password,
    ratePerS: CANARY_PER_S,
  }
  await canary.ask({ ...pushing, durationMs: FIRST_ROUND_MS })
  await delay(SETTLE_MS)
  const before = digestOf(dataDir, serverExempt)
  const endProofs = keepProven(dataDir)
  const unreached = await unreachedRoutes(`http://localhost:${server.port}`, cookies)

  let fuzzing = true
  const memory = watchMemory(server)
  const beats = gatherWhile(
    () => fuzzing,
    () => canary.ask({ ...pushing, durationMs: CANARY_ROUND_MS }),
  )
  // The name that passkeys belong to.
  const caller = { host: `localhost:${server.port}`, cookies }
  const counts = await sendRequests({ port: server.port, caller, runs, seed, exited: server.exited })
  fuzzing = false
  endProofs()
  const memoryMib = memory.stop()
  const pushed = await beats
  const recorded = pushed.filter((ms) => ms !== undefined)
  await delay(SETTLE_MS)
  const changed = changedIn(before, digestOf(dataDir, serverExempt))
  return {
    ...counts,
    unreached,
    crashed: server.exited() || broker.exited(),
    changed: changed.length === 0 ? changed : [...changed, ...newestActs(dataDir)],
    canary: canaryFigures(recorded, pushed.length - recorded.length),
    memoryMib,
  }
}

interface Sending {
  readonly port: number
  readonly caller: Caller
  readonly runs: number
  readonly seed: number
  readonly exited: () => boolean
}

async function sendRequests({ port, caller, runs, seed, exited }: Sending) {
  const counts = { looked: 0, connections: 0, logins: 0 }
  const worker = async (index: number) => {
    const random = createRandom(seed + index)
    while (wantsMore(counts, runs) && !exited()) {
      const address = counts.connections % ADDRESSES
      counts.connections += 1
      const to = { port, localAddress: `127.0.${address >> 8}.${2 + (address & 0x7f)}` }
      await converse(to, {
        next: () => (counts.looked < runs ? mutatedRequest(random, caller) : undefined),
        looked({ named }, status) {
          counts.looked += 1
          if (named && status !== 0 && !strangersStatus.includes(status)) counts.logins += 1
        },
      })
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS_AT_ONCE }, (_, index) => worker(index)))
  return counts
}

interface Address {
  readonly port: number
  readonly localAddress: string
}

interface Requests {
  next(): Bent | undefined
  /** @param status 0 where the server ended the connection without an answer */
  looked(request: Bent, status: number): void
}

/** One connection: request after request while it stands, each sent when the one before was answered. */
function converse(to: Address, requests: Requests): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, host: '127.0.0.1', noDelay: true })
    let answer = new AnswerReader()
    let request: Bent | undefined
    let left = REQUESTS_A_CONNECTION
    let givenUp = false
    let patience: NodeJS.Timeout | undefined
    const giveUp = () => {
      givenUp = true
      socket.destroy()
    }
    const send = () => {
      clearTimeout(patience)
      request = left > 0 ? requests.next() : undefined
      if (!request) return void socket.destroy()
      left -= 1
      answer = new AnswerReader()
      if (request.last) socket.end(request.bytes)
      else socket.write(request.bytes)
      patience = setTimeout(giveUp, PATIENCE_MS)
    }
    socket.once('connect', send)
    socket.on('data', (chunk: Buffer) => {
      // What follows the last one comes with the end.
      if (!answer.push(chunk) || !request || request.last) return
      requests.looked(request, answer.status)
      send()
    })
    socket.on('error', () => {
      // A cut may come as a reset.
    })
    socket.once('close', () => {
      clearTimeout(patience)
      // The server has answered it and ended, or only ended.
      if (request && !givenUp) requests.looked(request, answer.status)
      resolve()
    })
  })
}

/** `npm run proof -- http-fuzz`. @returns whether every goal was met */
export async function proveHttpFuzz({ numRuns, seed }: ProofSize): Promise<boolean> {
  const startedMs = performance.now()
  return reportFuzz(await fuzzHttp({ runs: numRuns, seed }), numRuns, { seed, startedMs })
}
