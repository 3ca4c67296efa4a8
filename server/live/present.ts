/**
 * The present: judgement, doors, trends and today's accounts, kept in line with the registry, and looked up by the
 * feed. Holds no socket and no clock of its own; everything in it follows from registry and journal.
 */
import { z } from 'zod'
import type { IngestView } from '#contract/live.ts'
import type { Clock } from '#runtime/clock.ts'
import { Monitor } from '../monitor/monitor.ts'
import { Trends } from '../monitor/trend.ts'
import type { MaintenanceWindow } from '../monitor/types.ts'
import { wibDay } from '../monitor/wib.ts'
import type { App } from '../registry/apps.ts'
import type { Registry } from '../registry/registry.ts'
import { appView } from './app-view.ts'
import { Doors } from './doors.ts'
import type { LiveSource } from './pending-changes.ts'
import { Today } from './today.ts'

const Checkpoint = z.object({ monitor: z.unknown(), doors: z.unknown() })
const DAY_MS = 86_400_000
/** Of each OPD: its owner sees no others, and must not miss one for theirs. */
const MAINTENANCE_SHOWN = 20

export class Present {
  readonly monitor = new Monitor()
  readonly trends = new Trends()
  readonly doors = new Doors()
  readonly today = new Today()
  private apps = new Map<string, App>()
  private windows: readonly MaintenanceWindow[] = []
  private readonly registry: Registry
  private readonly clock: Clock

  constructor(registry: Registry, clock: Clock) {
    this.registry = registry
    this.clock = clock
  }

  /** What a journal row may change, and the applications it may be about. */
  parts() {
    return { monitor: this.monitor, trends: this.trends, doors: this.doors, today: this.today, app: this.app }
  }

  /** Everything `restore` needs, as plain JSON. */
  checkpoint(): { monitor: unknown; doors: unknown } {
    return { monitor: this.monitor.checkpoint(), doors: this.doors.checkpoint() }
  }

  /** Call `followRegistry` afterwards. @throws ZodError for anything else than a checkpoint */
  restore(stored: unknown): void {
    const { monitor, doors } = Checkpoint.parse(stored)
    this.monitor.restore(monitor)
    this.doors.restore(doors)
  }

  /** A registered application; handed on as it is. */
  readonly app = (id: string): App | undefined => this.apps.get(id)

  /**
   * Reads the registry again; answers the ids of applications and doors that may look different now. What it throws
   * leaves it as good as not called.
   */
  followRegistry(): { apps: string[]; doors: string[] } {
    const nowMs = this.clock.wallMs()
    const before = this.apps
    const list = this.registry.apps.list()
    this.windows = this.registry.maintenance.endingAfter(nowMs - DAY_MS)
    this.monitor.setApps(list)
    this.monitor.setMaintenance(this.windows)
    for (const app of list) if (!before.has(app.id)) this.admit(app, nowMs)
    // Not sooner: whom a failing read kept out is new the next time too.
    this.apps = new Map(list.map((app) => [app.id, app]))
    for (const id of before.keys()) if (!this.apps.has(id)) this.dismiss(id)
    const doorsBefore = this.doors.ids()
    this.doors.setDoors(this.registry.devices.list('door'))
    return {
      apps: [...new Set([...before.keys(), ...this.apps.keys()])],
      doors: [...new Set([...doorsBefore, ...this.doors.ids()])],
    }
  }

  /** @param ingest how the ingest path is right now */
  source(ingest: () => IngestView): LiveSource {
    return {
      appIds: () => this.apps.keys(),
      appView: (id) => {
        const app = this.apps.get(id)
        const judgement = this.monitor.judgementOf(id)
        return app && judgement && appView(app, judgement)
      },
      trendOf: (id) => this.trends.trendOf(id, this.clock.wallMs()),
      doorIds: () => this.doors.ids(),
      doorView: (id) => this.doors.viewOf(id, this.clock.wallMs()),
      maintenance: () => this.maintenance(),
      recoveries: () => this.today.recoveries(this.clock.wallMs()),
      availabilityPercent: () => this.today.availability(this.clock.wallMs(), this.monitor.judgedUntilMs()),
      ingest,
    }
  }

  private maintenance() {
    const nowMs = this.clock.wallMs()
    const shown = new Map<string, number>()
    const isShown = ({ app, untilMs }: MaintenanceWindow) => {
      const opd = this.apps.get(app)?.opd
      if (opd === undefined || untilMs <= nowMs) return false
      const number = (shown.get(opd) ?? 0) + 1
      shown.set(opd, number)
      return number <= MAINTENANCE_SHOWN
    }
    return this.windows
      .filter(isShown)
      .map(({ app, fromMs, untilMs, reason }) => ({ app, from: iso(fromMs), until: iso(untilMs), reason }))
  }

  /** An application's past, from its transitions: the states of the last day, and in which one today began. */
  private admit(app: App, nowMs: number): void {
    this.dismiss(app.id)
    const dayMs = wibDay(nowMs).fromMs
    const day = this.registry.transitions.ofApp(app.id, { fromMs: nowMs - DAY_MS, untilMs: nowMs + DAY_MS })
    const knownMs = Math.max(app.registeredMs, day.initialSinceMs ?? app.registeredMs, nowMs - DAY_MS)
    this.trends.enter(app.id, day.initial, knownMs)
    let initial = day.initial
    let sinceMs = day.initialSinceMs ?? app.registeredMs
    let begun = false
    for (const transition of day.transitions) {
      this.trends.enter(app.id, transition.to, transition.at)
      if (!begun && transition.at < dayMs) {
        initial = transition.to
        sinceMs = transition.at
        continue
      }
      if (!begun) this.today.begin(app.id, initial, { dayMs, sinceMs })
      begun = true
      this.today.take(transition)
    }
    if (!begun) this.today.begin(app.id, initial, { dayMs, sinceMs })
  }

  private dismiss(id: string): void {
    this.trends.remove(id)
    this.today.remove(id)
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
