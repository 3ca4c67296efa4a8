/**
 * What a tile draws of the past: mean latency of the last 60 minutes, worst state of the last 48 half hours
 * (contract/live.ts, AppTrend). Fed as things happen, or again from stored heartbeats and transitions.
 */
import type { AppTrend } from '#contract/live.ts'
import { type AppState, statesBySeverity } from '#contract/states.ts'

const MINUTE_MS = 60_000
const MINUTES = 60
const HALF_HOUR_MS = 30 * MINUTE_MS
const HALF_HOURS = 48
/** Rank of a half hour in which nothing was known: behind every state. */
const NOTHING = statesBySeverity.length

/** One application's rings. Slot of a moment: its number since the epoch, modulo the size of the ring. */
interface Rings {
  readonly latencySums: Float64Array
  readonly latencyCounts: Uint32Array
  minute: number
  readonly worstRanks: Uint8Array
  halfHour: number
  rank: number
}

export class Trends {
  readonly #rings = new Map<string, Rings>()

  /** The application is in `state` since `atMs`: call it at registration and with every transition, in order. */
  enter(app: string, state: AppState, atMs: number): void {
    const half = Math.floor(atMs / HALF_HOUR_MS)
    const rings = this.#ringsOf(app, atMs)
    rollHalfHours(rings, half)
    rings.rank = statesBySeverity.indexOf(state)
    const oldest = rings.halfHour - HALF_HOURS + 1
    if (half >= oldest) mark(rings, half)
    // A change may be dated back: the half hours begun since then never saw the state before it.
    for (let later = Math.max(half + 1, oldest); later <= rings.halfHour; later++) {
      rings.worstRanks[later % HALF_HOURS] = rings.rank
    }
  }

  /** A heartbeat was received; without a latency it leaves no trace in the means. */
  hear(app: string, latencyMs: number | undefined, atMs: number): void {
    if (latencyMs === undefined) return
    const rings = this.#rings.get(app)
    if (rings === undefined) return
    const minute = Math.floor(atMs / MINUTE_MS)
    if (minute > rings.minute) rollMinutes(rings, minute)
    if (minute <= rings.minute - MINUTES) return
    const slot = minute % MINUTES
    rings.latencySums[slot] = (rings.latencySums[slot] ?? 0) + latencyMs
    rings.latencyCounts[slot] = (rings.latencyCounts[slot] ?? 0) + 1
  }

  remove(app: string): void {
    this.#rings.delete(app)
  }

  /** The trend up to the minute and half hour of `nowMs`; undefined for an application never entered. */
  trendOf(app: string, nowMs: number): AppTrend | undefined {
    const rings = this.#rings.get(app)
    if (rings === undefined) return undefined
    rollMinutes(rings, Math.floor(nowMs / MINUTE_MS))
    rollHalfHours(rings, Math.floor(nowMs / HALF_HOUR_MS))
    return {
      id: app,
      latencyMs: oldestFirst(rings.minute, MINUTES, (slot) => meanOf(rings, slot)),
      day: oldestFirst(
        rings.halfHour,
        HALF_HOURS,
        (slot) => statesBySeverity[rings.worstRanks[slot] ?? NOTHING] ?? null,
      ),
    }
  }

  #ringsOf(app: string, atMs: number): Rings {
    const known = this.#rings.get(app)
    if (known !== undefined) return known
    const rings: Rings = {
      latencySums: new Float64Array(MINUTES),
      latencyCounts: new Uint32Array(MINUTES),
      minute: Math.floor(atMs / MINUTE_MS),
      worstRanks: new Uint8Array(HALF_HOURS).fill(NOTHING),
      halfHour: Math.floor(atMs / HALF_HOUR_MS),
      rank: NOTHING,
    }
    this.#rings.set(app, rings)
    return rings
  }
}

function mark(rings: Rings, halfHour: number): void {
  const slot = halfHour % HALF_HOURS
  rings.worstRanks[slot] = Math.min(rings.worstRanks[slot] ?? NOTHING, rings.rank)
}

/** Begins the half hours up to `halfHour`, each with the state that lasts into it. Time that goes back changes nothing. */
function rollHalfHours(rings: Rings, halfHour: number): void {
  for (let next = Math.max(rings.halfHour + 1, halfHour - HALF_HOURS + 1); next <= halfHour; next++) {
    rings.worstRanks[next % HALF_HOURS] = rings.rank
  }
  rings.halfHour = Math.max(rings.halfHour, halfHour)
}

function rollMinutes(rings: Rings, minute: number): void {
  for (let next = Math.max(rings.minute + 1, minute - MINUTES + 1); next <= minute; next++) {
    rings.latencySums[next % MINUTES] = 0
    rings.latencyCounts[next % MINUTES] = 0
  }
  rings.minute = Math.max(rings.minute, minute)
}

/** Rounded to whole milliseconds: a sparkline shows no more, and the snapshot stays small. */
function meanOf(rings: Rings, slot: number): number | null {
  const count = rings.latencyCounts[slot] ?? 0
  return count === 0 ? null : Math.round((rings.latencySums[slot] ?? 0) / count)
}

function oldestFirst<T>(newest: number, size: number, read: (slot: number) => T): T[] {
  return Array.from({ length: size }, (_, index) => read((newest - size + 1 + index) % size))
}
