/** Journals made up for proofs: heartbeats, pulses, outages, reboots and maintenance, and a monitor that reads them. */
import fc from 'fast-check'
import type { Heartbeat } from '#contract/heartbeat.ts'
import { Monitor } from '../../server/monitor/monitor.ts'
import type { MaintenanceWindow, MonitoredApp, Receipt, Transition } from '../../server/monitor/types.ts'

export const START_MS = Date.UTC(2026, 10, 24, 2)
export const PULSE_MS = 1_000

export interface Row extends Receipt {
  /** Absent in a row that only proves the path alive, such as a pulse. */
  readonly beat?: { readonly app: string; readonly heartbeat: Heartbeat }
}

export interface TimedBeat {
  readonly atMs: number
  readonly app: string
  readonly heartbeat: Heartbeat
}

export function beat(app: string, atMs: number, heartbeat: Partial<Heartbeat> = {}): TimedBeat {
  return { app, atMs, heartbeat: { status: 'up', ...heartbeat } }
}

/** The journal of one boot from the start to `endMs` after it, with a pulse each second. */
export function rowsOf(beats: readonly TimedBeat[], endMs: number): Row[] {
  const pulses = Array.from({ length: Math.floor(endMs / PULSE_MS) + 1 }, (_, index) => ({ atMs: index * PULSE_MS }))
  const inOrder: (TimedBeat | { atMs: number })[] = [...beats, ...pulses].sort((left, right) => left.atMs - right.atMs)
  return inOrder.map((entry, index) => rowAt(entry, index + 1))
}

function rowAt(entry: TimedBeat | { atMs: number }, rowId: number): Row {
  const receipt = { rowId, boot: 'boot', monoMs: 5_000 + entry.atMs, wallMs: START_MS + entry.atMs }
  return 'heartbeat' in entry ? { ...receipt, beat: { app: entry.app, heartbeat: entry.heartbeat } } : receipt
}

interface Circumstances {
  readonly windows?: readonly MaintenanceWindow[]
  /** Number of rows after which the monitor is thrown away and restored from its checkpoint. */
  readonly interruptAt?: number
}

/** Everything a monitor declares while it reads `rows`. */
export function play(apps: readonly MonitoredApp[], rows: readonly Row[], around: Circumstances = {}): Transition[] {
  let monitor = readyMonitor(apps, around)
  return rows.flatMap((row, index) => {
    if (index === around.interruptAt) monitor = readyMonitor(apps, around, JSON.stringify(monitor.checkpoint()))
    return take(monitor, row)
  })
}

function readyMonitor(apps: readonly MonitoredApp[], { windows = [] }: Circumstances, checkpoint?: string): Monitor {
  const monitor = new Monitor()
  if (checkpoint !== undefined) monitor.restore(JSON.parse(checkpoint))
  monitor.setApps(apps)
  monitor.setMaintenance(windows)
  return monitor
}

function take(monitor: Monitor, row: Row): Transition[] {
  const due = monitor.observe(row)
  return row.beat ? [...due, ...monitor.heartbeat(row.beat.app, row.beat.heartbeat, row, row.rowId)] : [...due]
}

const names = ['simrs', 'samsat', 'ppdb']

const app = fc.record({ intervalS: fc.integer({ min: 1, max: 30 }), graceS: fc.integer({ min: 0, max: 20 }) })

const heartbeat = fc.record(
  {
    status: fc.constantFrom('up' as const, 'up' as const, 'degraded' as const, 'down' as const),
    seq: fc.nat(20),
    boot: fc.constantFrom('one', 'two'),
    message: fc.constantFrom('', 'antrean penuh'),
  },
  { requiredKeys: ['status'] },
)

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ passMs: fc.nat(1_000), app: fc.nat(2), heartbeat }) },
  { weight: 3, arbitrary: fc.record({ pulses: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ outageMs: fc.integer({ min: 5_001, max: 120_000 }), reboot: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const window = fc.record({ app: fc.nat(2), fromS: fc.nat(200), lengthS: fc.integer({ min: 1, max: 100 }) })

export interface Story extends Circumstances {
  readonly apps: readonly MonitoredApp[]
  readonly rows: readonly Row[]
  readonly windows: readonly MaintenanceWindow[]
}

/** Three applications, whatever may happen to them, and whatever may happen to us. */
export const story: fc.Arbitrary<Story> = fc
  .record({
    apps: fc.array(app, { minLength: 3, maxLength: 3 }),
    steps: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
    windows: fc.array(window, { maxLength: 4 }),
  })
  .map(({ apps, steps, windows }) => ({
    apps: apps.map((entry, index) => ({ id: nameOf(index), ...entry, registeredMs: START_MS })),
    rows: tell(steps),
    windows: windows.map((entry) => ({
      app: nameOf(entry.app),
      fromMs: START_MS + entry.fromS * 1000,
      untilMs: START_MS + (entry.fromS + entry.lengthS) * 1000,
      reason: 'pembaruan',
      announcedMs: START_MS,
    })),
  }))

function nameOf(index: number): string {
  return names[index] ?? 'simrs'
}

function tell(steps: readonly Step[]): Row[] {
  const rows: Row[] = []
  let now = { boot: 'boot-0', monoMs: 90_000_000, wallMs: START_MS }
  const pass = (ms: number) => {
    now = { ...now, monoMs: now.monoMs + ms, wallMs: now.wallMs + ms }
  }
  const write = (said?: Row['beat']) => {
    rows.push({ ...now, rowId: rows.length + 1, ...(said && { beat: said }) })
  }
  write()
  for (const entry of steps) {
    if ('pulses' in entry) {
      for (let pulse = 0; pulse < entry.pulses; pulse++) {
        pass(PULSE_MS)
        write()
      }
    } else if ('outageMs' in entry) {
      pass(entry.outageMs)
      if (entry.reboot) now = { ...now, boot: `boot-${rows.length}`, monoMs: 10_000 + (now.monoMs % 1_000) }
      write()
    } else {
      pass(entry.passMs)
      write({ app: nameOf(entry.app), heartbeat: entry.heartbeat as Heartbeat })
    }
  }
  return rows
}
