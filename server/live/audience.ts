/**
 * What one OPD's owner may see of the live feed. The audience has versions of its own: a frame that holds nothing of
 * theirs is no frame. Members are copied by name, so a new one of the contract stays hidden until it is added here.
 */
import type { AppTrend, AppView, Changes, Frame, Snapshot } from '#contract/live.ts'

export interface AudienceSource {
  /** As it is now; undefined when it is not registered. */
  appView(id: string): AppView | undefined
  trendOf(id: string): AppTrend | undefined
}

export class Audience {
  readonly opd: string
  private readonly source: AudienceSource
  /** Applications its screens hold. */
  private shown: ReadonlySet<string>
  private version = 1

  constructor(opd: string, source: AudienceSource, whole: Snapshot) {
    this.opd = opd
    this.source = source
    this.shown = this.ownAmong(whole)
  }

  /** The whole state at this audience's version; `whole` must be the feed's present. */
  snapshot(whole: Snapshot): Snapshot {
    return { ...filterSnapshot(whole, this.opd), version: this.version }
  }

  pulseVersion(): number {
    return this.version
  }

  /** This audience's part of a frame; undefined when there is none. */
  frame({ serverTime, changes }: Frame): Frame | undefined {
    const own = this.ownChanges(changes)
    if (Object.keys(own).length === 0) return undefined
    const from = this.version
    this.version += 1
    return { from, to: this.version, serverTime, changes: own }
  }

  private ownChanges(changes: Changes): Changes {
    const { apps, fresh, removed } = this.takeApps(changes)
    const isShown = ({ app }: { app: string }) => this.shown.has(app)
    const trends = [...(changes.trends ?? []).filter(({ id }) => this.shown.has(id)), ...fresh]
    return {
      ...(apps.length > 0 && { apps }),
      ...(trends.length > 0 && { trends }),
      ...(removed.length > 0 && { removed: { apps: removed } }),
      ...(changes.maintenance && { maintenance: changes.maintenance.filter(isShown) }),
      ...(changes.recoveries && { recoveries: changes.recoveries.filter(isShown) }),
    }
  }

  /** Own applications that changed, came or went, from another OPD too. */
  private takeApps(changes: Changes) {
    const shown = new Set(this.shown)
    const apps: NonNullable<Changes['apps']> = []
    const fresh: AppTrend[] = []
    const removed = (changes.removed?.apps ?? []).filter((id) => shown.delete(id))
    for (const patch of changes.apps ?? []) {
      const view = this.source.appView(patch.id)
      if (view?.opd !== this.opd) {
        if (shown.delete(patch.id)) removed.push(patch.id)
        continue
      }
      const known = shown.has(patch.id)
      // One that came from another OPD is new to these screens: all of it, not what changed.
      apps.push(known ? patch : view)
      const trend = known ? undefined : this.source.trendOf(patch.id)
      if (trend) fresh.push(trend)
      shown.add(patch.id)
    }
    this.shown = shown
    return { apps, fresh, removed }
  }

  private ownAmong({ apps }: Snapshot): ReadonlySet<string> {
    return new Set(apps.filter(({ opd }) => opd === this.opd).map(({ id }) => id))
  }
}

/** Only this OPD's applications and what is about them; no doors, and no figure over everybody's. */
export function filterSnapshot(whole: Snapshot, opd: string): Snapshot {
  const apps = whole.apps.filter((app) => app.opd === opd)
  const own = new Set(apps.map(({ id }) => id))
  return {
    version: whole.version,
    serverTime: whole.serverTime,
    build: whole.build,
    demo: whole.demo,
    ingest: whole.ingest,
    apps,
    trends: whole.trends.filter(({ id }) => own.has(id)),
    doors: [],
    maintenance: whole.maintenance.filter(({ app }) => own.has(app)),
    recoveries: whole.recoveries.filter(({ app }) => own.has(app)),
    availabilityPercent: null,
  }
}
