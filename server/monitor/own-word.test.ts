import { describe, expect, it } from 'vitest'
import { beat, play, rowsOf, START_MS } from '../../test/proofs/schedules.ts'
import { Monitor } from './monitor.ts'

const simrs = { id: 'simrs', intervalS: 60, graceS: 30, registeredMs: START_MS }
const SECOND_MS = 1_000

function at(second: number, heartbeat = {}) {
  return beat('simrs', second * SECOND_MS, heartbeat)
}

/** Transitions as `to@second`, seconds after the start. */
function told(beats: ReturnType<typeof beat>[], endS: number, app = simrs): string[] {
  return play([app], rowsOf(beats, endS * SECOND_MS)).map(({ to, at }) => `${to}@${(at - START_MS) / SECOND_MS}`)
}

/** Up and down in turn, from the start. */
function flapping(seconds: number) {
  return Array.from({ length: seconds }, (_, second) => at(second, { status: second % 2 === 0 ? 'up' : 'down' }))
}

describe('an application that says something else each second', () => {
  it('changes its state twelve times a minute, and then to what it said last, from when it said so', () => {
    const beats = [...flapping(20), at(21, { status: 'degraded' }), at(50, { status: 'degraded' })]
    const transitions = told(beats, 62)
    // The first word ends `new`, which is no change of its own word.
    expect(transitions.slice(0, -1)).toEqual(told(flapping(13), 13))
    expect(transitions).toHaveLength(14)
    expect(transitions.at(-1)).toBe('degraded@21')
  })

  it('is late and down by silence as any other, and down by its own word no later', () => {
    const short = { ...simrs, intervalS: 10, graceS: 5 }
    expect(told(flapping(17), 60, short).slice(-3)).toEqual(['up@12', 'late@26', 'down@31'])
    expect(told(flapping(18), 60, short).slice(-2)).toEqual(['up@12', 'down@17'])
    const down = play([short], rowsOf(flapping(18), 60_000)).at(-1)
    expect(down?.declaredAt).toBe(START_MS + 33_000)
  })

  it('goes on from a checkpoint that knew of no such bound', () => {
    const monitor = new Monitor()
    monitor.register(simrs)
    const { apps, ...rest } = monitor.checkpoint()
    const before = apps.map(({ reportedMs: _, wordMinuteMonoMs: __, wordChanges: ___, ...app }) => app)
    const after = new Monitor()
    after.restore({ ...rest, apps: before })
    expect(after.checkpoint()).toEqual(monitor.checkpoint())
  })
})
