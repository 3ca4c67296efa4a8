import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { openDoorClock } from './door-clock.ts'

const NOW_MS = 1_790_000_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const IN_2040_MS = Date.UTC(2040, 0, 1)

function bench(firstFloorMs = 0) {
  const memory = new Map<string, unknown>()
  const now = { wallMs: NOW_MS, monoMs: 5_000, boot: 'boot-1', synced: true, battery: false }
  const writes: number[] = []
  const backs: boolean[] = []
  const disk = { full: false }
  const open = () =>
    openDoorClock({
      sources: {
        boot: now.boot,
        isSynchronised: () => now.synced,
        hasBatteryClock: now.battery,
        syncedBoot: undefined,
        rememberSynced: () => {},
      },
      store: {
        remembered: (name, schema) => schema.safeParse(memory.get(name)).data,
        remember: (name, value) => {
          if (disk.full) throw new Error('database or disk is full')
          if (name === 'clock.floor') writes.push(now.monoMs)
          memory.set(name, value)
        },
      },
      clock: { wallMs: () => now.wallMs, monoMs: () => now.monoMs },
      firstFloorMs,
      record: () => true,
      onBack: (back) => {
        if (backs.at(-1) !== back) backs.push(back)
      },
      log: silentLog,
    })
  const pass = (ms: number) => {
    now.wallMs += ms
    now.monoMs += ms
  }
  const reboot = (wallMs: number) => {
    now.boot += '+'
    now.monoMs = 1_000
    now.wallMs = wallMs
  }
  return { now, writes, backs, disk, open, pass, reboot }
}

describe('the clock of a door', () => {
  it('counts as unset, with an alarm, while the kernel calls a time right that is over', () => {
    const { now, backs, open, pass } = bench()
    const clock = open()
    clock.look()
    now.wallMs -= 2 * HOUR_MS
    expect(clock.state()).toBe('unset')
    clock.look()
    pass(HOUR_MS)
    clock.look()
    now.wallMs += 2 * HOUR_MS
    clock.look()
    expect(clock.state()).toBe('synced')
    expect(backs).toEqual([false, true, false])
  })

  it('knows after a reboot what time it had been, also by a battery-backed clock that was set back', () => {
    const { now, backs, open, reboot, pass } = bench()
    open().look()
    reboot(NOW_MS - DAY_MS)
    now.synced = false
    now.battery = true
    const clock = open()
    expect(clock.state()).toBe('unset')
    clock.look()
    expect(backs).toEqual([false, true])
    pass(DAY_MS)
    expect(open().state()).toBe('unset') // the floor has risen too
    now.wallMs += DAY_MS
    expect(open().state()).toBe('hold')
  })

  it('takes no time of a Raspberry Pi that has just started for a sign of anything', () => {
    const { now, backs, open, reboot } = bench()
    open().look()
    reboot(NOW_MS - HOUR_MS)
    now.synced = false
    const clock = open()
    clock.look()
    expect([clock.state(), backs]).toEqual(['unset', [false]])
  })

  it('hears what time it is at least from what the server signed, and keeps that', () => {
    const { now, open } = bench(NOW_MS + DAY_MS)
    const clock = open()
    expect(clock.state()).toBe('unset')
    now.wallMs = NOW_MS + DAY_MS
    expect(clock.state()).toBe('synced')
    clock.heard(NOW_MS + 2 * DAY_MS)
    clock.heard(NOW_MS)
    expect(clock.state()).toBe('unset')
    expect(open().state()).toBe('unset')
  })

  it('is believed again after it was far ahead, once a fresh word of the server says what time it is', () => {
    const { now, backs, open, reboot } = bench()
    const clock = open()
    now.wallMs = IN_2040_MS
    clock.look()
    now.wallMs = NOW_MS
    clock.look()
    expect(clock.state()).toBe('unset')
    clock.heard(NOW_MS)
    expect(clock.state()).toBe('unset')
    expect(clock.confirm(NOW_MS)).toBe(true)
    expect([clock.state(), backs]).toEqual(['synced', [false, true, false]])
    reboot(NOW_MS)
    expect(open().state()).toBe('synced')
    // A clock that is really behind stays so.
    now.wallMs = NOW_MS - HOUR_MS
    expect(open().confirm(NOW_MS)).toBe(false)
  })

  it('ends the alarm by that word also where nobody vouches for the clock', () => {
    const { now, backs, open, reboot } = bench()
    now.wallMs = IN_2040_MS
    open().look()
    reboot(NOW_MS)
    const clock = open()
    clock.look()
    expect(backs.at(-1)).toBe(true)
    now.synced = false
    expect(clock.confirm(NOW_MS)).toBe(true)
    expect(backs.at(-1)).toBe(false)
  })

  it('writes to its card once a minute, and goes on where it cannot', () => {
    const { now, writes, disk, open, pass } = bench()
    const clock = open()
    for (let second = 0; second < 180; second += 1) {
      clock.look()
      pass(1_000)
    }
    expect(writes).toEqual([5_000, 65_000, 125_000])
    disk.full = true
    pass(HOUR_MS)
    clock.look()
    now.wallMs -= HOUR_MS
    expect(clock.state()).toBe('unset')
  })

  it('counts the time of this boot on over a restart', () => {
    const { now, open, pass } = bench()
    open().look()
    pass(HOUR_MS)
    now.wallMs = NOW_MS
    expect(open().state()).toBe('unset')
  })
})
