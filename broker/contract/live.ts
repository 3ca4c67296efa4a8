/**
 * Socket.IO namespace `/live`: what both sides agree on, types only (design §3.5). Times are ISO 8601 UTC.
 * On connect: `snapshot`; then `frame`s in version order, and `pulse` each second. A client whose version is not
 * the frame's `from` sends `resync` and gets a new `snapshot`.
 */
import type { DenialReason, DoorAlarm, DoorEventKind, ForcedCause } from './door.ts'
import type { ClockState } from './identifiers.ts'
import type { AppState, Cause } from './states.ts'

/** One application as the wall shows it. */
export interface AppView {
  id: string
  name: string
  /** At most 14 letters where the registry has one: fits a wall tile. */
  wallName: string
  opd: string
  service: string
  region: string | null
  /** 1 is the most critical, 3 the least. */
  criticality: 1 | 2 | 3
  intervalS: number
  graceS: number
  state: AppState
  /** When this state began (the deadline for silence, not when we noticed). */
  since: string
  cause: Cause
  /** The sender's words of its last heartbeat, or why the state is what it is; may be empty. */
  message: string
  lastHeartbeatAt: string | null
  latencyMs: number | null
  /** `seq` and `at` of the last heartbeat as its sender wrote them. */
  seq: number | null
  at: string | null
  maintenance: { until: string; reason: string } | null
  simulated: boolean
}

/** History a tile needs to draw itself; sent with the snapshot, then one step a minute. */
export interface AppTrend {
  id: string
  /** Mean latency of each of the last 60 minutes, oldest first; null where nothing was heard. */
  latencyMs: (number | null)[]
  /** Worst state of each of the last 48 half hours, oldest first; null before the application was known. */
  day: (AppState | null)[]
}

export interface DoorEventView {
  /** Row id in the journal: order and key. */
  id: number
  at: string
  kind: DoorEventKind | string
  reason: DenialReason | null
  alarm: DoorAlarm | null
  /** `fixed`: the door's clock was not set then; `at` is corrected by what it said once it was. */
  clock: ClockState | 'fixed'
  /** Of a forced opening: what an officer found that it was. */
  classifiedAs: ForcedCause | null
}

/** A forced opening: an officer classifies it by the key of its record. */
export interface ForcedOpeningView extends Pick<DoorEventView, 'id' | 'at' | 'clock' | 'classifiedAs'> {
  journal: string
  seq: number
}

export interface DoorView {
  id: string
  name: string
  online: boolean
  lock: 'locked' | 'unlocked'
  contact: 'closed' | 'open'
  since: string
  alarms: DoorAlarm[]
  sensor: 'ready' | 'lost'
  outboxDepth: number
  clock: 'synced' | 'hold' | 'unset'
  accessVersion: number
  /** Newest first, at most 8. No names: the wall shows none. */
  events: DoorEventView[]
  /** Newest first, at most 10. */
  forced: ForcedOpeningView[]
  enteredToday: number
  simulated: boolean
}

/** `ok`: the newest pulse that came back is at most 2 s old. `late`: older. `down`: older than 4 s, nothing shown is current. */
export interface IngestView {
  state: 'ok' | 'late' | 'down'
  /** How long the last pulse took from the server through broker and journal and back, ms; grows while none returns. */
  lagMs: number
}

/** One entry of a planned maintenance. */
export interface MaintenanceView {
  app: string
  from: string
  until: string
  reason: string
}

/** A state that ended lately: "Baru pulih". */
export interface RecoveryView {
  app: string
  at: string
  state: AppState
  lastedMs: number
}

export interface Snapshot {
  version: number
  serverTime: string
  /** Differs from the page's own build: the page reloads itself. */
  build: string
  demo: boolean
  ingest: IngestView
  apps: AppView[]
  trends: AppTrend[]
  doors: DoorView[]
  maintenance: MaintenanceView[]
  recoveries: RecoveryView[]
  /** Availability today (WIB) over all applications in percent, floored to 2 digits; null before anything was judged. */
  availabilityPercent: number | null
}

/** Only what changed; an entry carries its id and the changed members. */
export interface Changes {
  apps?: (Partial<AppView> & { id: string })[]
  /** Replaces the trend of these applications. */
  trends?: AppTrend[]
  doors?: (Partial<DoorView> & { id: string })[]
  maintenance?: MaintenanceView[]
  recoveries?: RecoveryView[]
  availabilityPercent?: number | null
  removed?: { apps?: string[]; doors?: string[] }
}

export interface Frame {
  from: number
  to: number
  serverTime: string
  changes: Changes
}

export interface LivePulse {
  serverTime: string
  version: number
  ingest: IngestView
}

export interface ServerToClientEvents {
  snapshot: (snapshot: Snapshot) => void
  frame: (frame: Frame) => void
  pulse: (pulse: LivePulse) => void
}

export interface ClientToServerEvents {
  resync: () => void
}
