/**
 * Heartbeats a second through broker, journal, judgement and live state, until the server has judged the last one,
 * and what each costs; beside it Mosquitto with the same publishers (it stores nothing before PUBACK) and SQLite with
 * the same rows and nothing around it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '#runtime/clock.ts'
import { type Child, startChild } from './child.ts'
import { startMosquitto } from './mosquitto.ts'
import { cpuMs } from './process-stat.ts'
import type { FloodAnswer, FloodQuestion } from './processes/flood-publisher.ts'
import type { InsertQuestion } from './processes/sqlite-inserter.ts'
import type { Report } from './report.ts'
import { appIds, type Stack, startStack } from './stack.ts'
import { median, round } from './statistics.ts'

const CLIENTS = 50
/** In flight per connection: 50 × 40 are one full commit batch. */
const WINDOW_MESSAGES = 40
const INTERVAL_S = 3_600
const GOAL_PER_S = 8_000
const POLL_MS = 100
const JUDGED_WITHIN_MS = 120_000
/** Below, at and above what a flood brings together during one sync. */
const ROWS_PER_COMMIT = [100, 500, 2_000]

interface Flood {
  readonly messages: number
  readonly acknowledgedPerS: number
  readonly judgedPerS: number
  readonly brokerCpuUs: number
  readonly serverCpuUs: number
  readonly publisherCpuUs: number
}

export async function durableThroughput(quick: boolean): Promise<Report> {
  const rounds = quick ? 1 : 3
  const messagesEach = quick ? 400 : 2_000
  const own: Flood[] = []
  const bare: Flood[] = []
  const inserts: { rowsPerCommit: number; rowsPerS: number }[] = []
  for (let index = 0; index < rounds; index++) {
    own.push(await ownFlood(messagesEach))
    bare.push(await bareFlood(messagesEach))
    inserts.push(...(await bareInserts(CLIENTS * messagesEach)))
  }
  return report(own, bare, inserts)
}

async function ownFlood(messagesEach: number): Promise<Flood> {
  await using stack = await startStack({ apps: CLIENTS, intervalS: INTERVAL_S })
  await using publisher = startChild<FloodQuestion, FloodAnswer>('flood-publisher.ts')
  const clients = stack.credentials.map(({ id, username, password }) => ({ app: id, username, password }))
  await publisher.ask({ kind: 'connect', port: portOf(stack.mqttUrl), clients })
  await floodOnce(stack, publisher, Math.ceil(messagesEach / 5))
  // Awaited here: what it uses ends with this scope.
  return await floodOnce(stack, publisher, messagesEach)
}

async function floodOnce(stack: Stack, publisher: Child<FloodQuestion, FloodAnswer>, each: number): Promise<Flood> {
  const messages = each * CLIENTS
  const pids = [stack.brokerPid, stack.serverPid, publisher.pid]
  const judgedBefore = await judgedCount(stack.httpUrl)
  const cpuBefore = pids.map(cpuMs)
  const { startedMs, acknowledgedMs } = await publisher.ask({
    kind: 'flood',
    messagesEach: each,
    windowMessages: WINDOW_MESSAGES,
  })
  const judgedMs = await whenJudged(stack.httpUrl, judgedBefore + messages)
  const [brokerCpuUs = 0, serverCpuUs = 0, publisherCpuUs = 0] = pids.map(
    (pid, index) => ((cpuMs(pid) - (cpuBefore[index] ?? 0)) * 1000) / messages,
  )
  return {
    messages,
    acknowledgedPerS: (messages * 1000) / (acknowledgedMs - startedMs),
    judgedPerS: (messages * 1000) / (judgedMs - startedMs),
    brokerCpuUs,
    serverCpuUs,
    publisherCpuUs,
  }
}

/** CLOCK_MONOTONIC when the server had judged this many heartbeats. */
async function whenJudged(httpUrl: string, count: number): Promise<number> {
  const deadlineMs = systemClock.monoMs() + JUDGED_WITHIN_MS
  for (;;) {
    const judged = await judgedCount(httpUrl)
    if (judged >= count) return systemClock.monoMs()
    if (systemClock.monoMs() > deadlineMs) throw new Error(`${judged} of ${count} heartbeats judged, then no more`)
    await delay(POLL_MS)
  }
}

async function judgedCount(httpUrl: string): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text()
  const judged = /^siaga_heartbeats_total (\d+)/m.exec(text)?.[1]
  if (judged === undefined) throw new Error('no siaga_heartbeats_total in /metrics')
  return Number(judged)
}

async function bareFlood(messagesEach: number): Promise<Flood> {
  await using mosquitto = await startMosquitto()
  await using publisher = startChild<FloodQuestion, FloodAnswer>('flood-publisher.ts')
  const clients = appIds(CLIENTS).map((app) => ({ app }))
  await publisher.ask({ kind: 'connect', port: portOf(mosquitto.url), clients })
  await publisher.ask({ kind: 'flood', messagesEach: Math.ceil(messagesEach / 5), windowMessages: WINDOW_MESSAGES })
  const messages = messagesEach * CLIENTS
  const pids = [mosquitto.pid, publisher.pid]
  const cpuBefore = pids.map(cpuMs)
  const { startedMs, acknowledgedMs } = await publisher.ask({
    kind: 'flood',
    messagesEach,
    windowMessages: WINDOW_MESSAGES,
  })
  const perS = (messages * 1000) / (acknowledgedMs - startedMs)
  const [brokerCpuUs = 0, publisherCpuUs = 0] = pids.map(
    (pid, index) => ((cpuMs(pid) - (cpuBefore[index] ?? 0)) * 1000) / messages,
  )
  return { messages, acknowledgedPerS: perS, judgedPerS: 0, brokerCpuUs, serverCpuUs: 0, publisherCpuUs }
}

async function bareInserts(rows: number): Promise<{ rowsPerCommit: number; rowsPerS: number }[]> {
  // The stack is used for its directory and its care for it; nothing is published.
  await using stack = await startStack({ apps: 1, intervalS: INTERVAL_S })
  await using inserter = startChild<InsertQuestion, number>('sqlite-inserter.ts')
  const found: { rowsPerCommit: number; rowsPerS: number }[] = []
  for (const rowsPerCommit of ROWS_PER_COMMIT) {
    const durationMs = await inserter.ask({ directory: stack.dataDir, rows, rowsPerCommit })
    found.push({ rowsPerCommit, rowsPerS: (rows * 1000) / durationMs })
  }
  return found
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

function report(
  own: readonly Flood[],
  bare: readonly Flood[],
  inserts: readonly { rowsPerCommit: number; rowsPerS: number }[],
): Report {
  const of = (floods: readonly Flood[], figure: keyof Flood) => median(floods.map((flood) => flood[figure]))
  const judgedPerS = of(own, 'judgedPerS')
  return {
    tables: [
      {
        title: `${own[0]?.messages} heartbeats, ${CLIENTS} connections, ${WINDOW_MESSAGES} in flight each (medians)`,
        columns: ['', 'acknowledged/s', 'judged/s', 'broker µs', 'server µs', 'publisher µs'],
        rows: [
          ['own, durable before PUBACK', ...figures(own)],
          ['Mosquitto, nothing stored', ...figures(bare)],
        ],
      },
      {
        title: 'SQLite alone, the same rows, synchronous=FULL',
        columns: ['rows a commit', 'rows/s'],
        rows: ROWS_PER_COMMIT.map((rowsPerCommit) => [
          rowsPerCommit,
          round(median(inserts.filter((one) => one.rowsPerCommit === rowsPerCommit).map((one) => one.rowsPerS)), 0),
        ]),
      },
    ],
    goals: [
      {
        text: `durable and judged heartbeats ≥ ${GOAL_PER_S}/s`,
        measured: `${round(judgedPerS, 0)}/s`,
        met: judgedPerS >= GOAL_PER_S,
      },
    ],
    raw: { own, bare, inserts },
  }

  function figures(floods: readonly Flood[]): (string | number)[] {
    const judged = of(floods, 'judgedPerS')
    return [
      round(of(floods, 'acknowledgedPerS'), 0),
      judged === 0 ? '–' : round(judged, 0),
      round(of(floods, 'brokerCpuUs')),
      judged === 0 ? '–' : round(of(floods, 'serverCpuUs')),
      round(of(floods, 'publisherCpuUs')),
    ]
  }
}
