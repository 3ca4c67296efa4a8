import { describe, expect, it } from 'vitest'
import { beat, play, rowsOf, START_MS } from '../../test/proofs/schedules.ts'
import { Monitor } from './monitor.ts'
import type { MaintenanceWindow, SequenceGap } from './types.ts'

const simrs = { id: 'simrs', intervalS: 60, graceS: 30, registeredMs: START_MS }
const SECOND_MS = 1_000

/** Transitions of SIMRS as `to@second cause`, seconds after the start. */
function told(beats: ReturnType<typeof beat>[], endS: number, windows: MaintenanceWindow[] = []): string[] {
  return play([simrs], rowsOf(beats, endS * SECOND_MS), { windows }).map(
    ({ to, at, cause }) => `${to}@${(at - START_MS) / SECOND_MS} ${cause}`,
  )
}

function at(second: number, heartbeat = {}) {
  return beat('simrs', second * SECOND_MS, heartbeat)
}

function windowOf(fromS: number, untilS: number, announcedS = 0): MaintenanceWindow {
  const ms = (second: number) => START_MS + second * SECOND_MS
  return { app: 'simrs', fromMs: ms(fromS), untilMs: ms(untilS), announcedMs: ms(announcedS), reason: 'pembaruan' }
}

describe('an application that beats', () => {
  it('is new until heard, then up, late after the interval and down after the grace', () => {
    expect(told([at(5)], 200)).toEqual(['up@5 heartbeat', 'late@65 silence', 'down@95 silence'])
  })

  it('stays new for ever when it is never heard', () => {
    expect(told([], 1000)).toEqual([])
  })

  it('comes back from late and from down with the next heartbeat', () => {
    expect(told([at(5), at(80), at(300)], 301)).toEqual([
      'up@5 heartbeat',
      'late@65 silence',
      'up@80 heartbeat',
      'late@140 silence',
      'down@170 silence',
      'up@300 heartbeat',
    ])
  })

  it('does not flicker late for a heartbeat that is a moment behind', () => {
    expect(told([at(0), at(60.4), at(121.2)], 150)).toEqual(['up@0 heartbeat'])
  })

  it('is at once degraded or down when it says so, with its own words', () => {
    const transitions = play(
      [simrs],
      rowsOf([at(1), at(2, { status: 'down', message: 'basis data mati' }), at(3)], 5_000),
    )
    expect(transitions).toMatchObject([
      { to: 'up' },
      { from: 'up', to: 'down', cause: 'reported', message: 'basis data mati', at: START_MS + 2_000 },
      { from: 'down', to: 'up', cause: 'heartbeat', message: '' },
    ])
  })

  it('goes from degraded to down by silence, never to a better-looking late', () => {
    expect(told([at(0, { status: 'degraded' })], 200)).toEqual(['degraded@0 reported', 'down@90 silence'])
  })
})

describe('a sender that counts', () => {
  const down = { status: 'down', boot: 'b', seq: 5 }

  it('is not declared up by a repeated or overtaken heartbeat', () => {
    const beats = [
      at(1, { boot: 'b', seq: 4 }),
      at(2, down),
      at(3, { boot: 'b', seq: 4 }),
      at(4, { boot: 'b', seq: 5 }),
    ]
    expect(told(beats, 10)).toEqual(['up@1 heartbeat', 'down@2 reported'])
  })

  it('is heard again with a new boot, whose numbers begin anew', () => {
    expect(told([at(2, down), at(3, { boot: 'c', seq: 0 })], 10)).toEqual(['down@2 reported', 'up@3 heartbeat'])
  })

  it('is alive by a repetition, though the repetition says nothing new', () => {
    const seq1 = { boot: 'b', seq: 1 }
    expect(told([at(0, seq1), at(59, seq1)], 130)).toEqual(['up@0 heartbeat', 'late@119 silence'])
  })

  it('gets every hole in its numbers named', () => {
    const gaps: SequenceGap[] = []
    const monitor = new Monitor({ onSequenceGap: (gap) => gaps.push(gap) })
    monitor.register(simrs)
    const seqs = [1, 2, 6, 4, 7]
    for (const [index, seq] of seqs.entries()) {
      const instant = { monoMs: index, wallMs: START_MS + index }
      monitor.heartbeat('simrs', { status: 'up', boot: 'b', seq }, instant, index + 1)
    }
    expect(gaps).toEqual([{ app: 'simrs', boot: 'b', first: 3, last: 5, rowId: 3 }])
    expect(monitor.judgementOf('simrs')).toMatchObject({ missing: 3, repeated: 1, seq: 7 })
  })
})

describe('maintenance', () => {
  it('covers silence, and counts what was heard meanwhile', () => {
    expect(told([at(0), at(170)], 201, [windowOf(30, 200)])).toEqual([
      'up@0 heartbeat',
      'maintenance@30 maintenance',
      'up@200 heartbeat',
    ])
  })

  it('ends in what the application reported last', () => {
    expect(told([at(0), at(190, { status: 'degraded' })], 201, [windowOf(30, 200)]).at(-1)).toBe(
      'degraded@200 reported',
    )
  })

  it('gives a silent application interval and grace from its end', () => {
    expect(told([at(0)], 400, [windowOf(30, 200)])).toEqual([
      'up@0 heartbeat',
      'maintenance@30 maintenance',
      'unknown@200 maintenance',
      'down@290 silence',
    ])
  })

  it('never hides what happened before it was announced', () => {
    expect(told([at(0)], 130, [windowOf(10, 500, 120)])).toEqual([
      'up@0 heartbeat',
      'late@60 silence',
      'down@90 silence',
      'maintenance@120 maintenance',
    ])
  })

  it('joins windows that overlap', () => {
    expect(told([at(0), at(140)], 151, [windowOf(30, 100), windowOf(90, 150)])).toEqual([
      'up@0 heartbeat',
      'maintenance@30 maintenance',
      'up@150 heartbeat',
    ])
  })

  it('ends when its window is taken out of the plan', () => {
    const monitor = new Monitor()
    monitor.register(simrs)
    monitor.setMaintenance([windowOf(0, 500)])
    const instant = (second: number) => ({ monoMs: second * SECOND_MS, wallMs: START_MS + second * SECOND_MS })
    expect(monitor.advance(instant(1), 1)).toMatchObject([{ from: 'new', to: 'maintenance' }])
    monitor.setMaintenance([])
    expect(monitor.advance(instant(2), 2)).toMatchObject([{ from: 'maintenance', to: 'new', cause: 'registered' }])
  })
})

describe('our own outage', () => {
  const receipt = (second: number, boot = 'boot') => ({
    boot,
    rowId: second + 1,
    monoMs: second * SECOND_MS,
    wallMs: START_MS + second * SECOND_MS,
  })

  function monitorHeardAt0(): Monitor {
    const monitor = new Monitor()
    monitor.setApps([simrs, { ...simrs, id: 'baru' }])
    monitor.observe(receipt(0))
    monitor.heartbeat('simrs', { status: 'up' }, receipt(0), 1)
    return monitor
  }

  it('is unknown from its beginning and down only after interval and grace from its end', () => {
    const monitor = monitorHeardAt0()
    expect(monitor.observe(receipt(1000))).toMatchObject([
      { app: 'simrs', from: 'up', to: 'unknown', cause: 'own-outage', at: START_MS, declaredAt: START_MS + 1_000_000 },
    ])
    const later = Array.from({ length: 100 }, (_, second) => monitor.observe(receipt(1001 + second))).flat()
    expect(later).toMatchObject([{ from: 'unknown', to: 'down', cause: 'silence', at: START_MS + 1_090_000 }])
  })

  it('convicts nobody when the writer was restarted across a deadline, however shortly', () => {
    const monitor = monitorHeardAt0()
    const seconds = Array.from({ length: 88 }, (_, second) => monitor.observe(receipt(second + 1))).flat()
    expect(seconds).toMatchObject([{ to: 'late' }])
    expect(monitor.observe({ ...receipt(92), begins: true })).toEqual([])
    expect(monitor.heartbeat('simrs', { status: 'up' }, receipt(93), 94)).toMatchObject([{ from: 'late', to: 'up' }])
  })

  it('that was short only gives interval and grace anew', () => {
    const monitor = monitorHeardAt0()
    expect(monitor.observe({ ...receipt(3), begins: true })).toEqual([])
    const later = Array.from({ length: 100 }, (_, second) => monitor.observe(receipt(second + 4))).flat()
    expect(later).toMatchObject([
      { from: 'up', to: 'late', at: START_MS + 63_000 },
      { to: 'down', at: START_MS + 93_000 },
    ])
  })

  it('ends with the next heartbeat', () => {
    const monitor = monitorHeardAt0()
    monitor.observe(receipt(1000))
    expect(monitor.heartbeat('simrs', { status: 'up' }, receipt(1000), 1001)).toMatchObject([
      { from: 'unknown', to: 'up', at: START_MS + 1_000_000 },
    ])
  })

  it('survives a reboot, after which the monotonic clock begins anew', () => {
    const monitor = monitorHeardAt0()
    const rebooted = { boot: 'next', rowId: 2, monoMs: 20, wallMs: START_MS + 60_000 }
    expect(monitor.observe(rebooted)).toMatchObject([{ to: 'unknown' }])
    expect(monitor.nextDeadlineMonoMs()).toBe(20 + 90_000)
  })

  it('leaves nothing of the old monotonic clock behind, also for an application not heard yet', () => {
    const monitor = monitorHeardAt0()
    const reboot = (boot: string, monoMs: number, second: number) => ({ ...receipt(second, boot), monoMs })
    monitor.setMaintenance([
      { app: 'baru', fromMs: START_MS, untilMs: START_MS + 50_000, reason: '', announcedMs: START_MS },
    ])
    monitor.observe(receipt(1))
    monitor.observe(reboot('second', 900_000, 60))
    monitor.observe(reboot('third', 20, 120))
    monitor.heartbeat('baru', { status: 'up' }, reboot('third', 30, 120), 122)
    expect(monitor.judgementOf('baru')).toMatchObject({ state: 'up', armedMonoMs: 30 })
  })

  it('is booked for a suspend and a step of the wall clock too', () => {
    expect(monitorHeardAt0().observe({ ...receipt(1), wallMs: START_MS + 7_200_000 })).toMatchObject([
      { to: 'unknown' },
    ])
    expect(monitorHeardAt0().observe({ ...receipt(1), wallMs: START_MS - 7_200_000 })).toMatchObject([
      { to: 'unknown', at: START_MS - 7_200_000 },
    ])
  })
})

describe('the registry', () => {
  const instant = (second: number) => ({ monoMs: second * SECOND_MS, wallMs: START_MS + second * SECOND_MS })

  it('convicts nobody of the past by a shorter interval', () => {
    const monitor = new Monitor()
    monitor.register({ ...simrs, intervalS: 3600 })
    monitor.heartbeat('simrs', { status: 'up' }, instant(0), 1)
    monitor.advance(instant(1800), 2)
    monitor.register(simrs)
    expect(monitor.advance(instant(1801), 3)).toEqual([])
    expect(monitor.advance(instant(1900), 4).map((entry) => entry.at)).toEqual([
      START_MS + 1_860_000,
      START_MS + 1_890_000,
    ])
  })

  it('does not re-arm an application whose values did not change', () => {
    const monitor = new Monitor()
    monitor.setApps([simrs])
    monitor.heartbeat('simrs', { status: 'up' }, instant(0), 1)
    monitor.advance(instant(50), 2)
    monitor.setApps([simrs])
    expect(monitor.nextDeadlineMonoMs()).toBe(61_000)
  })

  it('forgets a removed application and ignores one that is not registered', () => {
    const monitor = new Monitor()
    monitor.setApps([simrs])
    monitor.heartbeat('simrs', { status: 'up' }, instant(0), 1)
    monitor.setApps([])
    expect(monitor.nextDeadlineMonoMs()).toBeUndefined()
    expect(monitor.heartbeat('simrs', { status: 'up' }, instant(500), 2)).toEqual([])
    expect(monitor.judgementOf('simrs')).toBeUndefined()
  })

  it('refuses a checkpoint it did not write', () => {
    expect(() => new Monitor().restore({ version: 2 })).toThrow(/version/)
  })
})
