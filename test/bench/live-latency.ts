/**
 * Heartbeat published → live event → tile changed, beside the bare path (Mosquitto → mqtt.js → Socket.IO) and the bare
 * cost of a sync, all in the same run and in turn, so that whatever drifts on the machine hits all alike (design §4,
 * promise 8).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { startBrowser, type WallBrowser } from './browser.ts'
import { type Child, startChild } from './child.ts'
import { type Matched, matchLatencies } from './matching.ts'
import { startMosquitto } from './mosquitto.ts'
import type { BridgeQuestion } from './processes/bare-bridge.ts'
import type { LiveQuestion, Seen } from './processes/live-client.ts'
import type { PacedQuestion, Sent } from './processes/paced-publisher.ts'
import type { SyncQuestion } from './processes/sync-probe.ts'
import type { Cell, Goal, Report, Table } from './report.ts'
import { appIds, type Stack, startStack } from './stack.ts'
import { medianRound, type Quantiles, quantilesOf, round } from './statistics.ts'

const APPS = 50
/** Silence between the rounds of the other paths must change no state. */
const INTERVAL_S = 3_600
/** What is still under way when the last message was acknowledged. */
const SETTLE_MS = 400
const GOAL_RATE_PER_S = 100
const OWN_SHARE_GOAL_MS = 10

interface Plan {
  readonly rounds: number
  readonly rates: readonly { readonly ratePerS: number; readonly durationMs: number }[]
}

const fullPlan: Plan = {
  rounds: 3,
  // At least 200 messages a round: with fewer a 99th percentile is the largest value.
  rates: [
    { ratePerS: 10, durationMs: 20_000 },
    { ratePerS: 100, durationMs: 20_000 },
    { ratePerS: 1_000, durationMs: 5_000 },
  ],
}
const quickPlan: Plan = {
  rounds: 1,
  rates: [
    { ratePerS: 100, durationMs: 3_000 },
    { ratePerS: 1_000, durationMs: 2_000 },
  ],
}

type Path = 'bare' | 'own' | 'own with a wall open' | 'wall' | 'puback'

interface Round {
  readonly path: Path | 'sync'
  readonly ratePerS: number
  readonly quantiles: Quantiles
  readonly skipped: number
  readonly neverSeen: number
}

interface Bench {
  readonly stack: Stack
  readonly ownPublisher: Child<PacedQuestion, Sent[]>
  readonly barePublisher: Child<PacedQuestion, Sent[]>
  readonly ownScreen: Child<LiveQuestion, Seen[]>
  readonly bareScreen: Child<LiveQuestion, Seen[]>
  readonly syncs: Child<SyncQuestion, number[]>
  readonly browser: WallBrowser
}

export async function liveLatency(quick: boolean): Promise<Report> {
  const plan = quick ? quickPlan : fullPlan
  await using cleanup = new AsyncDisposableStack()
  const bench = await prepare(cleanup)
  const rounds: Round[] = []
  for (let index = 0; index < plan.rounds; index++) {
    for (const rate of plan.rates) {
      rounds.push(await syncRound(bench, rate))
      // The order turns each round, so that no path always comes first.
      const paths = [() => bareRound(bench, rate), () => ownRound(bench, rate), () => wallRound(bench, rate)]
      for (let step = 0; step < paths.length; step++) {
        rounds.push(...((await paths[(step + index) % paths.length]?.()) ?? []))
      }
    }
  }
  return report(rounds, plan, bench.browser.clockErrorMs())
}

async function prepare(cleanup: AsyncDisposableStack): Promise<Bench> {
  const stack = cleanup.use(await startStack({ apps: APPS, intervalS: INTERVAL_S }))
  const mosquitto = cleanup.use(await startMosquitto())
  const bridge = cleanup.use(startChild<BridgeQuestion, number>('bare-bridge.ts'))
  const barePort = await bridge.ask({ mqttUrl: mosquitto.url })
  const bench = {
    stack,
    ownPublisher: cleanup.use(startChild<PacedQuestion, Sent[]>('paced-publisher.ts')),
    barePublisher: cleanup.use(startChild<PacedQuestion, Sent[]>('paced-publisher.ts')),
    ownScreen: cleanup.use(startChild<LiveQuestion, Seen[]>('live-client.ts')),
    bareScreen: cleanup.use(startChild<LiveQuestion, Seen[]>('live-client.ts')),
    syncs: cleanup.use(startChild<SyncQuestion, number[]>('sync-probe.ts')),
    browser: cleanup.use(await startBrowser()),
  }
  const ids = appIds(APPS)
  const logins = stack.credentials.map(({ id, username, password }) => ({ app: id, username, password }))
  await bench.ownPublisher.ask({ kind: 'connect', url: stack.mqttUrl, clients: logins })
  await bench.barePublisher.ask({ kind: 'connect', url: mosquitto.url, clients: ids.map((app) => ({ app })) })
  await bench.ownScreen.ask({ kind: 'connect', url: stack.httpUrl, feed: 'siaga' })
  await bench.bareScreen.ask({ kind: 'connect', url: `http://127.0.0.1:${barePort}`, feed: 'bare' })
  await warmUp(bench)
  return bench
}

/** Both paths compile and every application is up before anything is measured. */
async function warmUp(bench: Bench): Promise<void> {
  for (const publisher of [bench.ownPublisher, bench.barePublisher]) {
    await publisher.ask({ kind: 'publish', ratePerS: 500, durationMs: 3_000 })
  }
  await delay(SETTLE_MS)
  await bench.ownScreen.ask({ kind: 'take' })
  await bench.bareScreen.ask({ kind: 'take' })
}

interface Rate {
  readonly ratePerS: number
  readonly durationMs: number
}

/** As often and as long as the messages, so that whatever recurs on the machine hits the same share of both. */
async function syncRound({ syncs, stack }: Bench, { ratePerS, durationMs }: Rate): Promise<Round> {
  const writes = Math.round((ratePerS * durationMs) / 1000)
  const durations = await syncs.ask({ directory: stack.dataDir, writes, everyMs: 1000 / ratePerS })
  return { path: 'sync', ratePerS, quantiles: quantilesOf(durations), skipped: 0, neverSeen: 0 }
}

async function bareRound({ barePublisher, bareScreen }: Bench, rate: Rate): Promise<Round[]> {
  const sent = await barePublisher.ask({ kind: 'publish', ...rate })
  await delay(SETTLE_MS)
  return [toRound('bare', rate, matchLatencies(sent, await bareScreen.ask({ kind: 'take' })))]
}

async function ownRound({ ownPublisher, ownScreen }: Bench, rate: Rate): Promise<Round[]> {
  const sent = await ownPublisher.ask({ kind: 'publish', ...rate })
  await delay(SETTLE_MS)
  const acknowledged = sent.map(({ acknowledgedMs }) => acknowledgedMs)
  return [
    toRound('own', rate, matchLatencies(sent, await ownScreen.ask({ kind: 'take' }))),
    toRound('puback', rate, { latenciesMs: acknowledged, skipped: 0, neverSeen: 0 }),
  ]
}

async function wallRound({ ownPublisher, ownScreen, browser, stack }: Bench, rate: Rate): Promise<Round[]> {
  await browser.openWall(stack.httpUrl, APPS)
  await browser.take()
  const sent = await ownPublisher.ask({ kind: 'publish', ...rate })
  await delay(SETTLE_MS)
  const onWall = matchLatencies(sent, await browser.take())
  await browser.leave()
  return [
    toRound('wall', rate, onWall),
    toRound('own with a wall open', rate, matchLatencies(sent, await ownScreen.ask({ kind: 'take' }))),
  ]
}

function toRound(path: Path, { ratePerS }: Rate, { latenciesMs, skipped, neverSeen }: Matched): Round {
  return { path, ratePerS, quantiles: quantilesOf(latenciesMs), skipped, neverSeen }
}

function report(rounds: readonly Round[], { rates }: Plan, clockErrorMs: number): Report {
  const medianOf = (path: Round['path'], ratePerS: number) =>
    medianRound(rounds.filter((one) => one.path === path && one.ratePerS === ratePerS).map((one) => one.quantiles))
  return {
    tables: rates.map(({ ratePerS }) => latencyTable(ratePerS, (path) => medianOf(path, ratePerS))),
    goals: goals((path) => medianOf(path, GOAL_RATE_PER_S), rounds),
    raw: { clockErrorMs: round(clockErrorMs, 3), rounds },
  }
}

const names: readonly (readonly [Round['path'], string])[] = [
  ['sync', 'write 200 B + fsync'],
  ['bare', 'bare: Mosquitto → mqtt.js → Socket.IO → client'],
  ['puback', 'own: published → PUBACK (durable)'],
  ['own', 'own: published → live event'],
  ['own with a wall open', 'own: published → live event, Chromium on the wall'],
  ['wall', 'own: published → tile changed in Chromium'],
]

function latencyTable(ratePerS: number, medianOf: (path: Round['path']) => Quantiles): Table {
  const rows: Cell[][] = names.map(([path, name]) => {
    const { p50, p99, max, count } = medianOf(path)
    return [name, round(p50), round(p99), round(max), count]
  })
  const [own, bare, sync] = [medianOf('own'), medianOf('bare'), medianOf('sync')]
  rows.push([
    'own share: live event − bare − sync',
    round(own.p50 - bare.p50 - sync.p50),
    round(own.p99 - bare.p99 - sync.p99),
    '',
    '',
  ])
  return {
    title: `${ratePerS} messages/s over ${APPS} applications, ms (medians of the rounds; max over all)`,
    columns: ['', 'p50', 'p99', 'max', 'count'],
    rows,
  }
}

function goals(medianOf: (path: Round['path']) => Quantiles, rounds: readonly Round[]): Goal[] {
  const [own, bare, sync] = [medianOf('own'), medianOf('bare'), medianOf('sync')]
  const limit = bare.p99 + 2 * sync.p99
  const shares = [own.p50 - bare.p50 - sync.p50, own.p99 - bare.p99 - sync.p99]
  const neverSeen = rounds.reduce((sum, one) => sum + one.neverSeen, 0)
  return [
    {
      text: `at ${GOAL_RATE_PER_S}/s p99 ≤ bare p99 + 2 × sync p99`,
      measured: `${round(own.p99)} ms against ${round(limit)} ms`,
      met: own.p99 <= limit,
    },
    {
      text: `at ${GOAL_RATE_PER_S}/s own share (p50, p99) ≤ ${OWN_SHARE_GOAL_MS} ms`,
      measured: shares.map((share) => `${round(share)} ms`).join(', '),
      met: shares.every((share) => share <= OWN_SHARE_GOAL_MS),
    },
    { text: 'every message seen by every screen', measured: `${neverSeen} missing`, met: neverSeen === 0 },
  ]
}
