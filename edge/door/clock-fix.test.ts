import { describe, expect, it } from 'vitest'
import type { ClockState } from '#contract/identifiers.ts'
import { silentLog } from '#runtime/log.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import { createClockFix } from './clock-fix.ts'

function bench() {
  const memory = new Map<string, unknown>()
  const now = { wallMs: 1_000_000, monoMs: 5_000, boot: 'boot-1', state: 'unset' as ClockState }
  const broken = { disk: false, memory: false }
  const records: RecordBody[] = []
  const open = () =>
    createClockFix({
      boot: now.boot,
      store: {
        remembered: (name, schema) => schema.safeParse(memory.get(name)).data,
        remember: (name, value) => {
          if (broken.memory) throw new Error('database or disk is full')
          memory.set(name, value)
        },
      },
      clock: { wallMs: () => now.wallMs, monoMs: () => now.monoMs },
      clockState: () => now.state,
      record: (body) => {
        if (!broken.disk) records.push(body)
        return !broken.disk
      },
      log: silentLog,
    })
  const trust = () => {
    now.state = 'synced'
    now.wallMs = 1_790_000_000_000.4
    now.monoMs = 65_000
  }
  return { now, broken, records, open, trust }
}
const fix = { kind: 'clock.fix', offsetMs: 1_789_999_935_000 }

describe('clock fix', () => {
  it('says once what to add to the monotonic time, as soon as the clock can be trusted', () => {
    const { records, open, trust } = bench()
    const clock = open()
    clock.look()
    clock.look()
    expect(records).toEqual([])
    trust()
    clock.look()
    clock.look()
    expect(records).toEqual([fix])
  })

  it('says nothing of a clock that could always be trusted', () => {
    const { records, open, now } = bench()
    now.state = 'hold'
    const clock = open()
    for (const state of ['hold', 'synced', 'hold'] as const) {
      now.state = state
      clock.look()
    }
    expect(records).toEqual([])
  })

  it('speaks for an earlier run of the same boot, and never for an earlier boot', () => {
    const { records, open, trust, now } = bench()
    open().look()
    trust()
    now.boot = 'boot-2'
    open().look()
    expect(records).toEqual([])
    now.boot = 'boot-1'
    open().look()
    open().look()
    expect(records).toEqual([fix])
  })

  it('tries again while the disk is full', () => {
    const { records, open, trust, broken } = bench()
    broken.memory = true
    const clock = open()
    clock.look()
    trust()
    broken.disk = true
    clock.look()
    broken.disk = false
    clock.look()
    clock.look()
    expect(records).toEqual([fix])
  })
})
