/**
 * The live feed as the pages see it: snapshot, frames and pulses of `/live` (design §3.5) become signals, and
 * `link` says honestly whether they are still the present. One per page; its owner calls `close`.
 */
import { flushSync } from 'svelte'
import type { Changes, DoorView, Frame, IngestView, LivePulse, Snapshot } from '../../broker/contract/live.ts'
import { Application } from './application.svelte.ts'
import { inWallOrder, isWholeApp, isWholeDoor, mergeChanges, missesFrames, placeFrame } from './frames.ts'
import { elapsedMs, JUDGE_EVERY_MS, judgeLink, type LinkState, type PageTime, steadySecond } from './link-state.ts'
import type { LiveConnection, OpenLive } from './live-socket.ts'

export interface FeedSurroundings {
  open: OpenLive
  /** Both clocks of the page. */
  time: () => PageTime
  /** Runs `draw` before the next paint, soon even in a hidden tab; returns its cancel. */
  beforePaint: (draw: () => void) => () => void
  /** Told the server's build with every snapshot. */
  onBuild: (build: string) => void
}

/** A lost answer to `resync` is asked again after this time, not with every frame. */
const RESYNC_AGAIN_MS = 1000

export class Feed {
  apps = $state.raw<readonly Application[]>([])
  doors = $state.raw<readonly DoorView[]>([])
  maintenance = $state.raw<Snapshot['maintenance']>([])
  recoveries = $state.raw<Snapshot['recoveries']>([])
  availabilityPercent = $state<number | null>(null)
  demo = $state(false)
  ready = $state(false)
  build = $state('')
  ingest = $state.raw<IngestView>({ state: 'ok', lagMs: 0 })
  link = $state<LinkState>('connecting')
  /** Attempts to connect again since the link was lost. */
  attempt = $state(0)
  /** Server's clock, epoch ms, stepped each full second; before the first snapshot the page's own. */
  nowMs = $state(0)
  /** Server's time of the last pulse, epoch ms; null before the first. */
  lastPulseMs = $state<number | null>(null)

  readonly #surroundings: FeedSurroundings
  readonly #connection: LiveConnection
  readonly #timer: ReturnType<typeof setInterval>
  readonly #startedAt: PageTime
  readonly #byId = new Map<string, Application>()
  #version = -1
  #announced: number | null = null
  #waiting: Changes | null = null
  #cancelPaint: (() => void) | null = null
  #connected = false
  #pulseAt: PageTime | null = null
  #gapAt: PageTime | null = null
  #askedAt: PageTime | null = null

  constructor(surroundings: FeedSurroundings) {
    this.#surroundings = surroundings
    this.#startedAt = surroundings.time()
    this.nowMs = steadySecond(0, this.#startedAt.wallMs)
    this.#connection = surroundings.open({
      snapshot: (snapshot) => this.#takeSnapshot(snapshot),
      frame: (frame) => this.#takeFrame(frame),
      pulse: (pulse) => this.#takePulse(pulse),
      connected: () => this.#setConnected(true),
      disconnected: () => this.#setConnected(false),
      attempt: (attempt) => {
        this.attempt = attempt
      },
    })
    this.#timer = setInterval(() => this.judge(), JUDGE_EVERY_MS)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#cancelPaint?.()
    this.#connection.close()
  }

  /** The application with this id, or undefined. Its members are signals, the lookup is not. */
  app(id: string): Application | undefined {
    return this.#byId.get(id)
  }

  /** Brings clock and link up to date; the timer calls it, and every message. */
  judge(): void {
    const now = this.#surroundings.time()
    const since = (at: PageTime | null) => (at === null ? null : elapsedMs(at, now))
    const pulseAgeMs = since(this.#pulseAt)
    const pulseMs = this.lastPulseMs
    this.nowMs = steadySecond(this.nowMs, pulseMs === null || pulseAgeMs === null ? now.wallMs : pulseMs + pulseAgeMs)
    this.link = judgeLink({
      connected: this.#connected,
      ingest: this.ingest.state,
      pulseAgeMs,
      waitingMs: elapsedMs(this.#startedAt, now),
      gapAgeMs: since(this.#gapAt),
    })
  }

  #setConnected(connected: boolean): void {
    this.#connected = connected
    this.#announced = null
    this.judge()
  }

  #takeSnapshot(snapshot: Snapshot): void {
    this.#dropWaiting()
    this.#byId.clear()
    for (const view of snapshot.apps) this.#byId.set(view.id, new Application(view))
    for (const trend of snapshot.trends) this.#setTrend(trend)
    this.apps = inWallOrder(this.#byId.values())
    this.doors = snapshot.doors
    this.maintenance = snapshot.maintenance
    this.recoveries = snapshot.recoveries
    this.availabilityPercent = snapshot.availabilityPercent
    this.demo = snapshot.demo
    this.build = snapshot.build
    this.ready = true
    this.attempt = 0
    this.#version = snapshot.version
    this.#gapAt = null
    this.#askedAt = null
    this.#announced = null
    this.#hear(snapshot)
    this.#surroundings.onBuild(snapshot.build)
  }

  #takeFrame(frame: Frame): void {
    const place = placeFrame(this.#version, frame)
    if (place === 'gap') this.#resync()
    if (place !== 'next' || this.#gapAt !== null) return
    this.#version = frame.to
    this.#waiting = this.#waiting === null ? frame.changes : mergeChanges(this.#waiting, frame.changes)
    this.#cancelPaint ??= this.#surroundings.beforePaint(() => this.#draw())
  }

  #takePulse(pulse: LivePulse): void {
    if (missesFrames(this.#version, this.#announced)) this.#resync()
    this.#announced = pulse.version
    this.#hear(pulse)
  }

  #hear(sign: Pick<LivePulse, 'serverTime' | 'ingest'>): void {
    this.#pulseAt = this.#surroundings.time()
    this.lastPulseMs = Date.parse(sign.serverTime)
    this.ingest = sign.ingest
    this.judge()
  }

  #resync(): void {
    const now = this.#surroundings.time()
    this.#gapAt ??= now
    if (this.#askedAt !== null && elapsedMs(this.#askedAt, now) < RESYNC_AGAIN_MS) return
    this.#askedAt = now
    this.#connection.resync()
  }

  #dropWaiting(): void {
    this.#cancelPaint?.()
    this.#cancelPaint = null
    this.#waiting = null
  }

  #draw(): void {
    const changes = this.#waiting
    this.#dropWaiting()
    if (changes !== null) flushSync(() => this.#apply(changes))
  }

  #apply(changes: Changes): void {
    this.#applyApps(changes)
    for (const trend of changes.trends ?? []) this.#setTrend(trend)
    this.#applyDoors(changes)
    if (changes.maintenance !== undefined) this.maintenance = changes.maintenance
    if (changes.recoveries !== undefined) this.recoveries = changes.recoveries
    if (changes.availabilityPercent !== undefined) this.availabilityPercent = changes.availabilityPercent
  }

  #applyApps(changes: Changes): void {
    let membersChanged = false
    for (const id of changes.removed?.apps ?? []) membersChanged = this.#byId.delete(id) || membersChanged
    for (const patch of changes.apps ?? []) {
      const known = this.#byId.get(patch.id)
      known?.apply(patch)
      if (known !== undefined) continue
      if (!isWholeApp(patch)) this.#resync()
      else this.#byId.set(patch.id, new Application(patch))
      membersChanged = true
    }
    if (membersChanged) this.apps = inWallOrder(this.#byId.values())
  }

  #setTrend(trend: Snapshot['trends'][number]): void {
    const app = this.#byId.get(trend.id)
    if (app !== undefined) app.trend = trend
  }

  #applyDoors(changes: Changes): void {
    const patches = changes.doors ?? []
    const gone = changes.removed?.doors ?? []
    if (patches.length === 0 && gone.length === 0) return
    const byId = new Map(this.doors.filter((door) => !gone.includes(door.id)).map((door) => [door.id, door]))
    for (const patch of patches) {
      const known = byId.get(patch.id)
      if (known !== undefined) byId.set(patch.id, { ...known, ...patch })
      else if (isWholeDoor(patch)) byId.set(patch.id, patch)
      else this.#resync()
    }
    this.doors = [...byId.values()]
  }
}
