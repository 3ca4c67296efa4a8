/**
 * The broker's gate under load, with real processes: strangers that send without end, strangers that hardly send at
 * all, and all devices coming back at once while an event goes to the wall. The MQTT library alone takes the same.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Child, startChild } from '../bench/child.ts'
import { matchLatencies } from '../bench/matching.ts'
import { residentMib } from '../bench/process-stat.ts'
import type { FleetAnswer, FleetQuestion } from '../bench/processes/device-fleet.ts'
import type { LiveQuestion, Seen } from '../bench/processes/live-client.ts'
import type { PacedQuestion, Sent } from '../bench/processes/paced-publisher.ts'
import type { StrangersAnswer, StrangersQuestion } from '../bench/processes/strangers.ts'
import { median, type Quantiles, quantilesOf } from '../bench/statistics.ts'
import type { LoadTarget } from './mqtt-load-target.ts'

export interface LoadSize {
  readonly floodBytesEach: number
  readonly slowConnections: number
  /** That come back at once. */
  readonly devices: number
  /** Of each measurement of calm and of slow connections. */
  readonly spanMs: number
  readonly seed: number
}

export interface Flood {
  readonly calmMib: number
  readonly peakMib: number
  readonly sentBytes: number
  readonly connections: number
}

export interface LoadFigures {
  readonly flood: Flood
  /** The same, each coming again where it is cut until all its bytes have left it. */
  readonly floodAgain: Flood
  readonly slow: {
    readonly calm: Quantiles
    readonly during: Quantiles
    /** Devices' connections that ended, or messages without PUBACK. */
    readonly lost: number
    readonly connections: number
    /** Of them stood, in the median. */
    readonly open: number
  }
  readonly herd: {
    /** Until each device has CONNACK and SUBACK. */
    readonly subscribed: Quantiles
    /** Until the status of each is acknowledged. */
    readonly told: Quantiles
    readonly dropped: number
    /** Published meanwhile, until a screen has it. */
    readonly events: Quantiles
    readonly eventsLost: number
  }
}

const FLOOD_SOCKETS = 8
/** Those that work while strangers come. */
const WORKING_DEVICES = 200
const TELL_PER_S = 100
const WARM_UP_PER_S = 500
const SAMPLE_MS = 20
const SETTLE_MS = 2_000
const EVENTS_PER_S = 20
const EVENTS_ROUND_MS = 1_000
/** What takes longer is late by any goal, but still a figure. */
const PATIENCE_MS = 300_000

interface Bench {
  readonly target: LoadTarget
  readonly strangers: Child<StrangersQuestion, StrangersAnswer>
  readonly working: Child<FleetQuestion, FleetAnswer>
  readonly herd: Child<FleetQuestion, FleetAnswer>
  readonly publisher: Child<PacedQuestion, Sent[]>
  readonly screen: Child<LiveQuestion, Seen[]>
}

export async function measureLoad(
  start: (devices: number) => Promise<LoadTarget>,
  size: LoadSize,
): Promise<LoadFigures> {
  await using cleanup = new AsyncDisposableStack()
  const bench: Bench = {
    target: cleanup.use(await start(size.devices)),
    strangers: cleanup.use(startChild<StrangersQuestion, StrangersAnswer>('strangers.ts')),
    working: cleanup.use(startChild<FleetQuestion, FleetAnswer>('device-fleet.ts')),
    herd: cleanup.use(startChild<FleetQuestion, FleetAnswer>('device-fleet.ts')),
    publisher: cleanup.use(startChild<PacedQuestion, Sent[]>('paced-publisher.ts')),
    screen: cleanup.use(startChild<LiveQuestion, Seen[]>('live-client.ts')),
  }
  const { target, working, publisher, screen } = bench
  await working.ask({ kind: 'connect', port: target.mqttPort, devices: target.devices.slice(0, WORKING_DEVICES) })
  await publisher.ask({ kind: 'connect', url: `mqtt://127.0.0.1:${target.mqttPort}`, clients: target.apps })
  await screen.ask({ kind: 'connect', ...target.live })
  await working.ask({ kind: 'tell', ratePerS: WARM_UP_PER_S, durationMs: size.spanMs })
  const flood = await underFlood(bench, size, false)
  const floodAgain = await underFlood(bench, size, true)
  const slow = await amongSlow(bench, size)
  await working.ask({ kind: 'leave' })
  return { flood, floodAgain, slow, herd: await herdReturns(bench) }
}

async function underFlood({ target, strangers }: Bench, size: LoadSize, again: boolean): Promise<Flood> {
  const calm = sampleMemory(target.brokerPid)
  await delay(SETTLE_MS)
  const calmMib = median(calm.stop())
  const during = sampleMemory(target.brokerPid)
  const answer = await strangers.ask({
    ...{ kind: 'flood', sockets: FLOOD_SOCKETS, bytesEach: size.floodBytesEach },
    ...{ port: target.mqttPort, again },
  })
  await delay(SETTLE_MS)
  return { ...answer, calmMib, peakMib: Math.max(...during.stop()) }
}

function sampleMemory(pid: number): { stop(): number[] } {
  const samples = [residentMib(pid)]
  const timer = setInterval(() => samples.push(residentMib(pid)), SAMPLE_MS)
  return {
    stop() {
      clearInterval(timer)
      return samples
    },
  }
}

async function amongSlow({ target, strangers, working }: Bench, size: LoadSize): Promise<LoadFigures['slow']> {
  const telling = { kind: 'tell', ratePerS: TELL_PER_S, durationMs: size.spanMs } as const
  const calm = await working.ask(telling)
  const { slowConnections: connections, seed } = size
  await strangers.ask({ kind: 'slow', port: target.mqttPort, connections, seed })
  const during = await working.ask(telling)
  const stopped = await strangers.ask({ kind: 'stop' })
  const wanted = Math.round((TELL_PER_S * size.spanMs) / 1000)
  return {
    calm: quantilesOf(calm.acknowledgedMs),
    during: quantilesOf(during.acknowledgedMs),
    lost: during.dropped + wanted - during.acknowledgedMs.length,
    connections,
    open: stopped.open,
  }
}

async function herdReturns({ target, herd, publisher, screen }: Bench): Promise<LoadFigures['herd']> {
  await herd.ask({ kind: 'connect', port: target.mqttPort, devices: target.devices })
  await delay(SETTLE_MS)
  await screen.ask({ kind: 'take' })
  let returning = true
  const publishing = publishWhile(publisher, () => returning)
  const { arrivals, dropped } = await herd.ask({ kind: 'reconnect' })
  returning = false
  const sent = await publishing
  await delay(SETTLE_MS)
  const { latenciesMs, neverSeen } = matchLatencies(sent, await screen.ask({ kind: 'take' }))
  return {
    subscribed: quantilesOf(arrivals.map(({ subscribedMs }) => subscribedMs)),
    told: quantilesOf(arrivals.map(({ toldMs }) => toldMs)),
    dropped,
    events: quantilesOf(latenciesMs),
    eventsLost: neverSeen,
  }
}

async function publishWhile(publisher: Bench['publisher'], wanted: () => boolean): Promise<Sent[]> {
  const sent: Sent[] = []
  do {
    const round = { ratePerS: EVENTS_PER_S, durationMs: EVENTS_ROUND_MS, patienceMs: PATIENCE_MS }
    sent.push(...(await publisher.ask({ kind: 'publish', ...round })))
  } while (wanted())
  return sent
}
