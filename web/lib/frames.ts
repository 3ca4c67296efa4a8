/** Frames of `/live` in order: what to do with one, and how several become one before they are drawn (design §3.5). */
import type { AppView, Changes, DoorView, Frame } from '../../broker/contract/live.ts'

/** `old`: the snapshot already holds it. `gap`: something before it is missing. */
export function placeFrame(version: number, frame: Pick<Frame, 'from' | 'to'>): 'next' | 'old' | 'gap' {
  if (frame.from === version) return 'next'
  return frame.to <= version ? 'old' : 'gap'
}

/** True when the version named by the previous pulse has still not arrived: a frame got lost and nothing followed it. */
export function missesFrames(version: number, announcedBefore: number | null): boolean {
  return announcedBefore !== null && announcedBefore > version
}

type Patch = { id: string }

/** Later members win; one entry per id, so a waiting queue is never longer than there are tiles. */
function mergePatches<P extends Patch>(earlier: P[] | undefined, later: P[] | undefined, gone: string[]): P[] {
  const byId = new Map<string, P>()
  for (const patch of earlier ?? []) if (!gone.includes(patch.id)) byId.set(patch.id, patch)
  for (const patch of later ?? []) byId.set(patch.id, { ...byId.get(patch.id), ...patch })
  return [...byId.values()]
}

function union(a: string[] | undefined, b: string[] | undefined): string[] {
  return [...new Set([...(a ?? []), ...(b ?? [])])]
}

/** Both changes as one. Removals are applied before patches, so an entry removed and added again stays. */
export function mergeChanges(earlier: Changes, later: Changes): Changes {
  const goneApps = later.removed?.apps ?? []
  const goneDoors = later.removed?.doors ?? []
  return {
    ...earlier,
    ...later,
    apps: mergePatches(earlier.apps, later.apps, goneApps),
    trends: mergePatches(earlier.trends, later.trends, goneApps),
    doors: mergePatches(earlier.doors, later.doors, goneDoors),
    removed: { apps: union(earlier.removed?.apps, goneApps), doors: union(earlier.removed?.doors, goneDoors) },
  }
}

// Records, so that the compiler names the member that was forgotten here.
const appMembers: Record<Exclude<keyof AppView, 'id'>, true> = {
  name: true,
  wallName: true,
  opd: true,
  service: true,
  region: true,
  criticality: true,
  intervalS: true,
  graceS: true,
  state: true,
  since: true,
  cause: true,
  message: true,
  lastHeartbeatAt: true,
  latencyMs: true,
  seq: true,
  at: true,
  maintenance: true,
  simulated: true,
}

const doorMembers: Record<Exclude<keyof DoorView, 'id'>, true> = {
  name: true,
  online: true,
  lock: true,
  contact: true,
  since: true,
  alarms: true,
  sensor: true,
  outboxDepth: true,
  clock: true,
  accessVersion: true,
  events: true,
  forced: true,
  enteredToday: true,
  simulated: true,
}

/** Every member of an application's view but its id. */
export const changingAppKeys = Object.keys(appMembers) as (keyof typeof appMembers)[]
const doorKeys = Object.keys(doorMembers) as (keyof typeof doorMembers)[]

/** A patch for an application never seen before must be whole, else a frame was missed. */
export function isWholeApp(patch: Partial<AppView> & Patch): patch is AppView {
  return changingAppKeys.every((key) => patch[key] !== undefined)
}

export function isWholeDoor(patch: Partial<DoorView> & Patch): patch is DoorView {
  return doorKeys.every((key) => patch[key] !== undefined)
}

/** Tiles keep their place: the most critical first, then by name as Indonesians sort it. */
export function inWallOrder<A extends Pick<AppView, 'criticality' | 'wallName' | 'id'>>(apps: Iterable<A>): A[] {
  const byName = new Intl.Collator('id-ID', { numeric: true, sensitivity: 'base' })
  return [...apps].sort(
    (a, b) => a.criticality - b.criticality || byName.compare(a.wallName, b.wallName) || (a.id < b.id ? -1 : 1),
  )
}
