import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppView, Frame } from '#contract/live.ts'
import { type Log, silentLog } from '#runtime/log.ts'
import { createFeed } from './feed.ts'
import { guardSource } from './guarded-source.ts'
import type { LiveSource } from './pending-changes.ts'

const view = (id: string, latencyMs: number | null = null): AppView => ({
  id,
  name: id,
  wallName: id,
  opd: 'opd',
  service: '',
  region: null,
  criticality: 2,
  intervalS: 10,
  graceS: 5,
  state: 'up',
  since: '2026-11-24T00:00:00.000Z',
  cause: 'heartbeat',
  message: '',
  lastHeartbeatAt: null,
  latencyMs,
  seq: null,
  at: null,
  maintenance: null,
  simulated: false,
})

/** A feed over a plain map, on fake time. */
function setUp(through = (source: LiveSource) => source) {
  const apps = new Map<string, AppView>()
  const frames: Frame[] = []
  const source: LiveSource = {
    appIds: () => apps.keys(),
    appView: (id) => apps.get(id),
    trendOf: () => undefined,
    doorIds: () => [],
    doorView: () => undefined,
    maintenance: () => [],
    recoveries: () => [],
    availabilityPercent: () => null,
    ingest: () => ({ state: 'ok', lagMs: 1 }),
  }
  const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() }
  const feed = createFeed({
    source: through(source),
    clock,
    build: 'dev',
    demo: false,
    clients: () => 1,
    emit: (frame) => frames.push(frame),
  })
  const set = (app: AppView) => {
    apps.set(app.id, app)
    feed.touchApp(app.id)
  }
  return { apps, feed, frames, set }
}

describe('live feed', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('sends a change of an idle feed at once, in a frame of its own', () => {
    const { frames, set } = setUp()
    for (const latencyMs of [1, 2, 3]) {
      set(view('a', latencyMs))
      vi.advanceTimersByTime(10)
    }
    expect(frames.map(({ changes }) => changes.apps?.[0]?.latencyMs)).toEqual([1, 2, 3])
  })

  it('gathers changes under load, and sends the last of them within 16 ms', () => {
    const { frames, set } = setUp()
    for (let latencyMs = 1; latencyMs <= 100; latencyMs++) {
      set(view('a', latencyMs))
      vi.advanceTimersByTime(1)
    }
    expect(frames.length).toBeLessThan(20)
    vi.advanceTimersByTime(16)
    expect(frames.at(-1)?.changes.apps).toEqual([{ id: 'a', latencyMs: 100 }])
  })

  it('names what was removed, once', () => {
    const { apps, feed, frames, set } = setUp()
    set(view('a'))
    vi.advanceTimersByTime(20)
    apps.delete('a')
    feed.touchApp('a')
    vi.advanceTimersByTime(200)
    expect(frames.at(-1)?.changes.removed).toEqual({ apps: ['a'], doors: [] })
  })

  it('leaves out what cannot be shown, in frames and snapshots, until it works again', () => {
    const errors: unknown[] = []
    const log = Object.assign(Object.create(silentLog), { error: (what: unknown) => errors.push(what) }) as Log
    let broken = false
    const { feed, frames, set } = setUp((source) =>
      guardSource(
        {
          ...source,
          appView: (id) => {
            if (broken && id === 'a') throw new RangeError('Invalid time value')
            return source.appView(id)
          },
          availabilityPercent: () => {
            throw new RangeError('not an integer')
          },
        },
        log,
      ),
    )
    const sent = () => {
      vi.advanceTimersByTime(200)
      return frames.at(-1)?.changes
    }
    set(view('a'))
    set(view('b'))
    expect(sent()?.apps).toHaveLength(2)
    broken = true
    set(view('a', 1))
    set(view('b', 1))
    expect(sent()).toEqual({ apps: [{ id: 'b', latencyMs: 1 }], removed: { apps: ['a'], doors: [] } })
    expect(feed.snapshot().apps.map(({ id }) => id)).toEqual(['b'])
    expect(errors).toHaveLength(2)
    broken = false
    set(view('a', 2))
    expect(sent()?.apps).toEqual([view('a', 2)])
  })

  it('is rebuilt exactly from any snapshot and the frames after it', () => {
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), latencyMs: fc.nat(5), waitMs: fc.nat(60) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(39), (steps, joinAt) => {
        const { apps, feed, frames, set } = setUp()
        const screen = new Map<string, AppView>()
        let version = -1
        steps.forEach(({ id, latencyMs, waitMs }, index) => {
          set(view(id, latencyMs))
          vi.advanceTimersByTime(waitMs)
          if (index !== joinAt) return
          const snapshot = feed.snapshot()
          version = snapshot.version
          for (const app of snapshot.apps) screen.set(app.id, app)
        })
        vi.advanceTimersByTime(200)
        if (version < 0) return
        for (const frame of frames.filter(({ from }) => from >= version)) {
          expect(frame.from).toBe(version)
          version = frame.to
          for (const change of frame.changes.apps ?? [])
            screen.set(change.id, { ...view(change.id), ...screen.get(change.id), ...change })
        }
        expect([...screen.entries()].sort()).toEqual([...apps.entries()].sort())
      }),
      { seed: 7, numRuns: 100 },
    )
  })
})
