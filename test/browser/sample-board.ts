/** A board as the server would send it: applications in every state, doors, history; the same each time. */
import type { AppTrend, AppView, DoorView, Snapshot } from '#contract/live.ts'
import type { AppState, Cause } from '#contract/states.ts'

const MINUTE_MS = 60_000

const causeOf: Readonly<Record<AppState, Cause>> = {
  new: 'registered',
  up: 'heartbeat',
  late: 'heartbeat',
  degraded: 'reported',
  down: 'silence',
  maintenance: 'maintenance',
  unknown: 'own-outage',
}
const names = ['SIPD-RI', 'SP4N-LAPOR!', 'Perizinan OSS', 'Panggilan 112', 'SIMRS Soedarso', 'e-Kinerja', 'JDIH']
const owners = ['Diskominfo', 'Bapenda', 'RSUD dr. Soedarso', 'Dinas Perkim', 'Disperindag ESDM']
/** One of each trouble among the first tiles; all others are up. */
const troubles: readonly AppState[] = ['down', 'degraded', 'unknown', 'maintenance', 'late', 'new', 'down']

const pick = <T>(list: readonly T[], index: number, otherwise: T): T => list[index % list.length] ?? otherwise

function sampleApp(index: number, nowMs: number): AppView {
  const state = troubles[index] ?? 'up'
  const iso = (agoMs: number) => new Date(nowMs - agoMs).toISOString()
  const name = pick(names, index, 'Aplikasi')
  return {
    id: `app-${index}`,
    name: `${name} ${index}`,
    wallName: index < names.length ? name : `${name.slice(0, 10)} ${index}`,
    opd: pick(owners, index, 'Diskominfo'),
    service: 'Layanan',
    region: index % 4 === 0 ? 'kota-pontianak' : null,
    criticality: index < 8 ? 1 : 2,
    intervalS: 10,
    graceS: 5,
    state,
    since: iso((index + 2) * 7 * MINUTE_MS),
    cause: causeOf[state],
    message: state === 'degraded' ? 'p95 4,2 dtk, batas 3 dtk' : '',
    lastHeartbeatAt: state === 'new' ? null : iso(4000),
    latencyMs: state === 'new' ? null : 80 + index * 37,
    seq: state === 'new' ? null : 1000 + index,
    at: state === 'new' ? null : iso(4000),
    maintenance: state === 'maintenance' ? { until: iso(-90 * MINUTE_MS), reason: 'Pembaruan basis data' } : null,
    simulated: true,
  }
}

function sampleTrend({ id, latencyMs, state }: AppView): AppTrend {
  return {
    id,
    latencyMs: Array.from({ length: 60 }, (_, minute) =>
      latencyMs === null || minute === 20 ? null : latencyMs + (minute % 7) * 5,
    ),
    day: Array.from({ length: 48 }, (_, half) =>
      latencyMs === null ? null : half === 47 ? state : half === 9 ? 'down' : 'up',
    ),
  }
}

const door = (nowMs: number): DoorView => ({
  id: 'utama',
  name: 'Pintu utama',
  online: true,
  lock: 'locked',
  contact: 'closed',
  since: new Date(nowMs - MINUTE_MS).toISOString(),
  alarms: [],
  sensor: 'ready',
  outboxDepth: 0,
  clock: 'synced',
  accessVersion: 3,
  events: (['locked', 'closed', 'opened', 'granted', 'denied'] as const).map((kind, index) => ({
    id: 50 - index,
    at: new Date(nowMs - MINUTE_MS - index * 2000).toISOString(),
    kind,
    reason: kind === 'denied' ? 'not-found' : null,
    alarm: null,
    clock: 'synced',
    classifiedAs: null,
  })),
  forced: [],
  enteredToday: 12,
  simulated: true,
})

/** A whole snapshot of `apps` applications. */
export function sampleSnapshot(apps: number, nowMs: number): Snapshot {
  const views = Array.from({ length: apps }, (_, index) => sampleApp(index, nowMs))
  const iso = (fromNowMs: number) => new Date(nowMs + fromNowMs).toISOString()
  return {
    version: 1,
    serverTime: iso(0),
    build: '',
    demo: true,
    ingest: { state: 'ok', lagMs: 12 },
    apps: views,
    trends: views.map(sampleTrend),
    doors: [door(nowMs)],
    maintenance: [
      { app: 'app-3', from: iso(-30 * MINUTE_MS), until: iso(90 * MINUTE_MS), reason: 'Pembaruan basis data' },
    ],
    recoveries: [{ app: 'app-9', at: iso(-50 * MINUTE_MS), state: 'down', lastedMs: 4 * MINUTE_MS }],
    availabilityPercent: 99.62,
  }
}
