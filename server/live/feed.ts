/**
 * The live state as screens see it, and what changed since the last frame. Versions count frames: a frame goes `from`
 * one version `to` the next, and a snapshot is the state at exactly its version.
 */
import type { Frame, LivePulse, Snapshot } from '#contract/live.ts'
import type { Clock } from '#runtime/clock.ts'
import { afterFrame, frameDelayMs, idlePace } from './coalescing.ts'
import { type LiveSource, PendingChanges, readSummary, readTrends } from './pending-changes.ts'

export interface FeedOptions {
  readonly source: LiveSource
  readonly clock: Clock
  readonly build: string
  readonly demo: boolean
  readonly clients: () => number
  readonly emit: (frame: Frame) => void
}

export interface Feed {
  touchApp(id: string): void
  touchDoor(id: string): void
  /** Maintenance, recoveries or availability may have changed. */
  touchSummary(): void
  /** A minute began: the trends of all applications moved on. */
  touchTrends(): void
  snapshot(): Snapshot
  pulse(): LivePulse
  close(): void
}

export function createFeed({ source, clock, build, demo, clients, emit }: FeedOptions): Feed {
  const pending = new PendingChanges(source)
  let version = 1
  let pace = idlePace
  /** Since the last frame. */
  let touches = 0
  let cancelFlush: (() => void) | undefined

  const flush = () => {
    cancelFlush?.()
    cancelFlush = undefined
    const load = { clients: clients(), changes: touches }
    const changes = pending.take()
    touches = 0
    if (Object.keys(changes).length === 0) return
    pace = afterFrame(pace, load, clock.monoMs())
    const from = version
    version += 1
    emit({ from, to: version, serverTime: iso(clock.wallMs()), changes })
  }
  const schedule = () => {
    if (cancelFlush !== undefined) return
    const delayMs = frameDelayMs(pace, clock.monoMs())
    if (delayMs > 0) {
      const timer = setTimeout(flush, delayMs)
      cancelFlush = () => clearTimeout(timer)
      return
    }
    // A timer of 0 ms takes at least one; behind the rows at hand, all in one frame, is soon enough.
    const immediate = setImmediate(flush)
    cancelFlush = () => clearImmediate(immediate)
  }

  return {
    touchApp(id) {
      pending.apps.add(id)
      touches += 1
      schedule()
    },
    touchDoor(id) {
      pending.doors.add(id)
      touches += 1
      schedule()
    },
    touchSummary() {
      pending.summary = true
      schedule()
    },
    touchTrends() {
      pending.trends = true
      schedule()
    },
    snapshot() {
      flush()
      return {
        version,
        serverTime: iso(clock.wallMs()),
        build,
        demo,
        ingest: source.ingest(),
        apps: [...source.appIds()].flatMap((id) => source.appView(id) ?? []),
        trends: readTrends(source),
        doors: [...source.doorIds()].flatMap((id) => source.doorView(id) ?? []),
        ...readSummary(source),
      }
    },
    pulse: () => ({ serverTime: iso(clock.wallMs()), version, ingest: source.ingest() }),
    close: () => cancelFlush?.(),
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
