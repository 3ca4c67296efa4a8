/** `npm run proof -- mqtt-load`: runs are devices; slow connections are two for each five of them. */

import { type Flood, type LoadFigures, type LoadSize, measureLoad } from './mqtt-load.ts'
import { startBare, startOwn } from './mqtt-load-target.ts'
import { requireOpenFiles } from './open-files.ts'
import type { ProofSize } from './proof-size.ts'

const MEMORY_GOAL_MIB = 16
const UNAFFECTED_MS = 10
/** The others were just cut, and are on their way again. */
const SLOW_OPEN_SHARE = 0.95
const HERD_GOAL_MS = 10_000
const EVENT_GOAL_MS = 2_000
/** Databases, logs, the pipe to the parent. */
const OTHER_FILES = 100
const FLOOD_BYTES_EACH = 100 * 1024 * 1024
const SPAN_MS = 10_000

export function loadSize(devices: number, seed: number): LoadSize {
  // For a moment the lost connections stand beside the new ones.
  requireOpenFiles(2 * devices + OTHER_FILES)
  const slowConnections = Math.ceil(devices * 0.4)
  return { floodBytesEach: FLOOD_BYTES_EACH, slowConnections, devices, spanMs: SPAN_MS, seed }
}

/** @returns whether every goal was met; the library alone has none to meet */
export async function proveMqttLoad({ numRuns, seed }: ProofSize): Promise<boolean> {
  const size = loadSize(numRuns, seed)
  const own = await measureLoad(startOwn, size)
  process.stdout.write(`own   ${JSON.stringify(own)}\n`)
  const bare = await measureLoad(startBare, size)
  process.stdout.write(`bare  ${JSON.stringify(bare)}\n`)
  const goals = goalsOf(own, bare)
  for (const [text, met] of goals) process.stdout.write(`${met ? 'holds ' : 'FAILED'}  ${text}\n`)
  process.stdout.write(`seed ${seed}; "bare" is the MQTT library alone in the same run\n`)
  return goals.every(([, met]) => met)
}

function goalsOf(own: LoadFigures, bare: LoadFigures): (readonly [text: string, met: boolean])[] {
  const { flood, slow, herd } = own
  return [
    [
      `eight strangers announce 100 MB each: ${floodWords(flood)}; bare ${floodWords(bare.flood)}`,
      flood.peakMib - flood.calmMib <= MEMORY_GOAL_MIB,
    ],
    [
      `the same, coming again until all is sent (no goal): ${floodWords(own.floodAgain)}; bare ${floodWords(bare.floodAgain)}`,
      true,
    ],
    [
      `${slow.connections} slow connections: PUBACK p50, p99, max ${slowWords(own)}; bare ${slowWords(bare)}`,
      slow.during.p99 - slow.calm.p99 <= UNAFFECTED_MS,
    ],
    [
      `${slow.open} of ${slow.connections} slow connections stood meanwhile, in the median`,
      slow.open >= slow.connections * SLOW_OPEN_SHARE,
    ],
    [`devices' connections and messages lost meanwhile: ${slow.lost}; bare ${bare.slow.lost}`, slow.lost === 0],
    [
      `${herd.subscribed.count} devices back: all subscribed ${times(herd.subscribed.max, bare.herd.subscribed.max)}, ` +
        `all told ${times(herd.told.max, bare.herd.told.max)}, tried again ${herd.dropped}; bare ${bare.herd.dropped}`,
      herd.subscribed.max <= HERD_GOAL_MS,
    ],
    [
      `event meanwhile on the wall after at most ${times(herd.events.max, bare.herd.events.max)}, of ` +
        `${herd.events.count}, ${herd.eventsLost} never; bare ${bare.herd.eventsLost}`,
      herd.events.max <= EVENT_GOAL_MS && herd.eventsLost === 0,
    ],
  ]
}

function floodWords({ calmMib, peakMib, sentBytes, connections }: Flood): string {
  const sentMib = (sentBytes / 1024 / 1024).toFixed(0)
  const grownMib = (peakMib - calmMib).toFixed(1)
  return `+${grownMib} MiB RSS (${calmMib.toFixed(0)} before) for ${sentMib} MiB on ${connections} connections`
}

function slowWords({ slow: { calm, during } }: LoadFigures): string {
  const words = ({ p50, p99, max }: typeof calm) => [p50, p99, max].map((ms) => ms.toFixed(1)).join(', ')
  return `${words(calm)} → ${words(during)} ms`
}

function times(ownMs: number, bareMs: number): string {
  return `${(ownMs / 1000).toFixed(2)} s (bare ${(bareMs / 1000).toFixed(2)} s, ratio ${(ownMs / bareMs).toFixed(2)})`
}
