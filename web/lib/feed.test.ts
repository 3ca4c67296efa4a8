import { flushSync } from 'svelte'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { AppView, Changes, DoorView, Snapshot } from '../../broker/contract/live.ts'
import { Feed } from './feed.svelte.ts'
import type { LiveHandlers } from './live-socket.ts'

const app: AppView = {
  id: 'sipd',
  name: 'SIPD',
  wallName: 'SIPD',
  opd: 'BPKAD',
  service: 'Keuangan',
  region: null,
  criticality: 1,
  intervalS: 10,
  graceS: 5,
  state: 'up',
  since: '2026-11-24T00:00:00Z',
  cause: 'heartbeat',
  message: '',
  lastHeartbeatAt: null,
  latencyMs: 100,
  seq: 1,
  at: null,
  maintenance: null,
  simulated: false,
}
const door: DoorView = {
  id: 'utama',
  name: 'Pintu utama',
  online: true,
  lock: 'locked',
  contact: 'closed',
  since: '2026-11-24T00:00:00Z',
  alarms: [],
  sensor: 'ready',
  outboxDepth: 0,
  clock: 'synced',
  accessVersion: 1,
  events: [],
  forced: [],
  enteredToday: 0,
  simulated: false,
}
const snapshot: Snapshot = {
  version: 7,
  serverTime: '2026-11-24T02:00:00.000Z',
  build: 'b1',
  demo: false,
  ingest: { state: 'ok', lagMs: 5 },
  apps: [app],
  trends: [],
  doors: [door],
  maintenance: [],
  recoveries: [],
  availabilityPercent: 99.5,
}

/** A feed whose connection, clock and paint the test holds in its hands. */
function newFeed() {
  const world = { monotonicMs: 0, resyncs: 0, closed: false, builds: [] as string[] }
  const paints: (() => void)[] = []
  const held: { handlers?: LiveHandlers } = {}
  const feed = new Feed({
    open: (handlers) => {
      held.handlers = handlers
      return {
        resync: () => {
          world.resyncs += 1
        },
        close: () => {
          world.closed = true
        },
      }
    },
    time: () => ({ monotonicMs: world.monotonicMs, wallMs: world.monotonicMs }),
    beforePaint: (draw) => {
      paints.push(draw)
      return () => paints.splice(0)
    },
    onBuild: (build) => world.builds.push(build),
  })
  const { handlers } = held
  if (handlers === undefined) throw new Error('the feed opened no connection')
  handlers.connected()
  handlers.snapshot(snapshot)
  const frame = (from: number, to: number, changes: Changes) =>
    handlers.frame({ from, to, serverTime: snapshot.serverTime, changes })
  const pulse = (version: number, state: 'ok' | 'down' = 'ok') =>
    handlers.pulse({ serverTime: snapshot.serverTime, version, ingest: { state, lagMs: 5 } })
  const paint = () => {
    for (const draw of paints.splice(0)) draw()
    flushSync()
  }
  return { feed, world, handlers, frame, pulse, paint, paints }
}

afterEach(() => void vi.useRealTimers())

describe('Feed', () => {
  test('draws the snapshot and reports the build of the server', () => {
    const { feed, world } = newFeed()
    expect(feed.apps.map((one) => one.id)).toEqual(['sipd'])
    expect(feed.link).toBe('live')
    expect(world.builds).toEqual(['b1'])
    feed.close()
    expect(world.closed).toBe(true)
  })

  test('changes an application in its place, once per paint', () => {
    const { feed, frame, paint, paints } = newFeed()
    const before = feed.apps[0]
    frame(7, 8, { apps: [{ id: 'sipd', latencyMs: 120, seq: 2 }] })
    frame(8, 9, { apps: [{ id: 'sipd', seq: 3 }] })
    expect(paints).toHaveLength(1)
    expect(before?.seq).toBe(1)
    paint()
    expect(feed.apps[0]).toBe(before)
    expect([before?.latencyMs, before?.seq, before?.name]).toEqual([120, 3, 'SIPD'])
    feed.close()
  })

  test('adds and removes applications and doors', () => {
    const { feed, frame, paint } = newFeed()
    frame(7, 8, { apps: [{ ...app, id: 'jdih', wallName: 'JDIH' }], doors: [{ id: 'utama', contact: 'open' }] })
    paint()
    expect(feed.apps.map((one) => one.id)).toEqual(['jdih', 'sipd'])
    expect(feed.doors[0]?.contact).toBe('open')
    frame(8, 9, { removed: { apps: ['sipd'], doors: ['utama'] } })
    paint()
    expect(feed.apps.map((one) => one.id)).toEqual(['jdih'])
    expect(feed.doors).toEqual([])
    feed.close()
  })

  test('asks for a snapshot once when a frame is missing, and shows nothing of what follows the gap', () => {
    const { feed, world, frame, paint, handlers } = newFeed()
    frame(8, 9, { apps: [{ id: 'sipd', seq: 9 }] })
    frame(9, 10, { apps: [{ id: 'sipd', seq: 10 }] })
    paint()
    expect(world.resyncs).toBe(1)
    expect(feed.apps[0]?.seq).toBe(1)
    handlers.snapshot({ ...snapshot, version: 10, apps: [{ ...app, seq: 10 }] })
    expect(feed.apps[0]?.seq).toBe(10)
    frame(10, 11, { apps: [{ id: 'sipd', seq: 11 }] })
    paint()
    expect(feed.apps[0]?.seq).toBe(11)
    feed.close()
  })

  test('asks again when the snapshot does not come', () => {
    const { feed, world, frame } = newFeed()
    frame(8, 9, {})
    world.monotonicMs = 1000
    frame(9, 10, {})
    expect(world.resyncs).toBe(2)
    feed.close()
  })

  test('notices from the pulses that the last frame got lost', () => {
    const { feed, world, pulse } = newFeed()
    pulse(8)
    expect(world.resyncs).toBe(0)
    pulse(8)
    expect(world.resyncs).toBe(1)
    feed.close()
  })

  test('a patch for an application never seen asks for a snapshot', () => {
    const { feed, world, frame, paint } = newFeed()
    frame(7, 8, { apps: [{ id: 'unknown-app', seq: 1 }] })
    paint()
    expect(world.resyncs).toBe(1)
    expect(feed.apps).toHaveLength(1)
    feed.close()
  })

  test('without pulses it turns late, then cut, with its clock going on; a pulse makes it live at once', () => {
    const { feed, world, pulse } = newFeed()
    world.monotonicMs = 3200
    feed.judge()
    expect(feed.link).toBe('late')
    world.monotonicMs = 4600
    feed.judge()
    expect(feed.link).toBe('cut')
    expect(feed.nowMs).toBe(Date.parse('2026-11-24T02:00:04Z'))
    pulse(7)
    expect(feed.link).toBe('live')
    feed.close()
  })

  test('a dead ingest path cuts it at once', () => {
    const { feed, pulse } = newFeed()
    pulse(7, 'down')
    expect(feed.link).toBe('cut')
    feed.close()
  })

  test('its own timer judges: no message is needed to notice silence', () => {
    vi.useFakeTimers()
    const { feed, world } = newFeed()
    world.monotonicMs = 4600
    vi.advanceTimersByTime(250)
    expect(feed.link).toBe('cut')
    feed.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
