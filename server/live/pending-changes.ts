/** What changed since the last frame: marks set as things happen, read out as the difference to what was last sent. */
import type {
  AppTrend,
  AppView,
  Changes,
  DoorView,
  IngestView,
  MaintenanceView,
  RecoveryView,
  Snapshot,
} from '#contract/live.ts'
import { difference } from './differences.ts'

/** Where the feed looks up the present; it keeps only what was sent. */
export interface LiveSource {
  appIds(): Iterable<string>
  appView(id: string): AppView | undefined
  trendOf(id: string): AppTrend | undefined
  doorIds(): Iterable<string>
  doorView(id: string): DoorView | undefined
  maintenance(): MaintenanceView[]
  recoveries(): RecoveryView[]
  availabilityPercent(): number | null
  ingest(): IngestView
}

/** Bounded by what exists: each application and door is marked at most once. */
export class PendingChanges {
  readonly apps = new Set<string>()
  readonly doors = new Set<string>()
  summary = false
  trends = false
  private readonly source: LiveSource
  private readonly sentApps = new Map<string, AppView>()
  private readonly sentDoors = new Map<string, DoorView>()
  private sentSummary: Summary = { maintenance: [], recoveries: [], availabilityPercent: null }

  constructor(source: LiveSource) {
    this.source = source
  }

  /** The changes, and no marks left. */
  take(): Changes {
    const apps = collectViews(this.apps, this.sentApps, (id) => this.source.appView(id))
    const doors = collectViews(this.doors, this.sentDoors, (id) => this.source.doorView(id))
    const changes: Changes = this.summary ? this.takeSummary() : {}
    if (apps.changed.length > 0) changes.apps = apps.changed
    if (doors.changed.length > 0) changes.doors = doors.changed
    if (apps.removed.length + doors.removed.length > 0) changes.removed = { apps: apps.removed, doors: doors.removed }
    if (this.trends) changes.trends = readTrends(this.source)
    this.apps.clear()
    this.doors.clear()
    this.summary = false
    this.trends = false
    return changes
  }

  private takeSummary(): Changes {
    const sent = this.sentSummary
    this.sentSummary = readSummary(this.source)
    const { id: _, ...changed } = difference({ id: '', ...sent }, { id: '', ...this.sentSummary }) ?? { id: '' }
    return changed
  }
}

export function readTrends(source: LiveSource): AppTrend[] {
  return [...source.appIds()].flatMap((id) => source.trendOf(id) ?? [])
}

function collectViews<T extends { id: string }>(
  dirty: Set<string>,
  sent: Map<string, T>,
  read: (id: string) => T | undefined,
): { changed: (Partial<T> & { id: string })[]; removed: string[] } {
  const changed: (Partial<T> & { id: string })[] = []
  const removed: string[] = []
  for (const id of dirty) {
    const view = read(id)
    if (view) {
      const delta = difference(sent.get(id), view)
      if (delta) changed.push(delta)
      sent.set(id, view)
    } else if (sent.delete(id)) removed.push(id)
  }
  return { changed, removed }
}

type Summary = Pick<Snapshot, 'maintenance' | 'recoveries' | 'availabilityPercent'>

export function readSummary(source: LiveSource): Summary {
  return {
    maintenance: source.maintenance(),
    recoveries: source.recoveries(),
    availabilityPercent: source.availabilityPercent(),
  }
}
