/** What every fuzz of promise 9 must show, and the lines that say whether it did. */
import { residentMib } from '../bench/process-stat.ts'
import { median, quantilesOf } from '../bench/statistics.ts'

const GROWTH_MAX = 0.05
const CANARY_P99_MS = 100
const SAMPLE_MS = 200
/** A target that refuses everybody ends a proof, which then fails, instead of keeping it up for ever. */
const CONNECTIONS_A_RUN_MAX = 5

export interface FuzzCounts {
  /** Frames or requests that the target has looked at: it answered behind them, or ended their connection. */
  readonly looked: number
  readonly connections: number
  /** Those that the target has let in. */
  readonly logins: number
  /** Counted apart where they are no frames: handshakes that the target answered, or ended. */
  readonly handshakes?: number
}

export interface FuzzFigures extends FuzzCounts {
  /** Routes whose handler looked at nothing. */
  readonly unreached?: readonly string[]
  readonly crashed: boolean
  /** Tables that are not what they were. */
  readonly changed: readonly string[]
  readonly canary: { readonly count: number; readonly lost: number; readonly p99Ms: number; readonly maxMs: number }
  /** Median of the last fifth of the run against that of the second fifth: the first is the process warming up. */
  readonly memoryMib: { readonly early: number; readonly late: number }
}

/** @returns whether every goal was met */
export function reportFuzz(figures: FuzzFigures, wanted: number, { seed, startedMs }: FuzzRun): boolean {
  const { canary, memoryMib, changed, unreached = [] } = figures
  const growth = memoryMib.late / memoryMib.early - 1
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  const goals: (readonly [string, boolean])[] = [
    [countWords(figures), figures.looked >= wanted && figures.logins > 0],
    [`0 routes left out${unreached.map((route) => `, but ${route}`).join('')}`, unreached.length === 0],
    ['0 crashes', !figures.crashed],
    [`0 effects, by diff of the databases${changed.map((name) => `, but ${name}`).join('')}`, changed.length === 0],
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

function countWords({ looked, connections, logins, handshakes }: FuzzCounts): string {
  const apart = handshakes === undefined ? '' : `, and ${handshakes} handshakes apart`
  return `${looked} looked at, on ${connections} connections (${logins} logged in)${apart}`
}

/** Whether a fuzz goes on. */
export function wantsMore({ looked, connections }: FuzzCounts, runs: number): boolean {
  return looked < runs && connections < runs * CONNECTIONS_A_RUN_MAX
}

export interface FuzzRun {
  readonly seed: number
  /** performance.now() at the start. */
  readonly startedMs: number
}

/** Resident memory of a process while it runs. */
export function watchMemory(target: { readonly pid: number; exited(): boolean }) {
  const samples: number[] = []
  const timer = setInterval(() => target.exited() || samples.push(residentMib(target.pid)), SAMPLE_MS)
  return {
    stop(): FuzzFigures['memoryMib'] {
      clearInterval(timer)
      const fifth = Math.max(1, Math.floor(samples.length / 5))
      return { early: median(samples.slice(fifth, 2 * fifth)), late: median(samples.slice(-fifth)) }
    },
  }
}

/** @param latenciesMs of those that were answered */
export function canaryFigures(latenciesMs: readonly number[], lost: number): FuzzFigures['canary'] {
  const { p99, max, count } = quantilesOf(latenciesMs)
  return { count, lost, p99Ms: p99, maxMs: max }
}

/** Asks again and again while it is wanted, and gathers the answers. */
export async function gatherWhile<T>(wanted: () => boolean, ask: () => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  do all.push(...(await ask()))
  while (wanted())
  return all
}
