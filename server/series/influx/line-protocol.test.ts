import { describe, expect, test } from 'vitest'
import type { DoorObservation, HeartbeatObservation } from '../observation.ts'
import { toLine } from './line-protocol.ts'

const heartbeat: HeartbeatObservation = {
  kind: 'heartbeat',
  rowId: 3_000_042,
  app: 'simrs',
  opd: 'rsud',
  region: 'kota-a',
  receivedMs: 1_795_496_400_123,
  latencyMs: 120,
  status: 'up',
}
const door: DoorObservation = {
  kind: 'door',
  rowId: 9,
  door: 'utama',
  event: 'alarm.cleared',
  seq: 7,
  at: 1_795_496_400_000,
}

describe('line protocol', () => {
  test('a heartbeat', () => {
    expect(toLine(heartbeat)).toBe(
      'heartbeat,app=simrs,opd=rsud,region=kota-a latencyMs=120,up=1i,status="up" 1795496400123000042',
    )
  })

  test('a door event', () => {
    expect(toLine(door)).toBe('door,door=utama,kind=alarm.cleared seq=7i,count=1i 1795496400000000007')
  })

  test('what is absent is not written', () => {
    expect(toLine({ ...heartbeat, region: null, latencyMs: null, status: 'down' })).toBe(
      'heartbeat,app=simrs,opd=rsud up=0i,status="down" 1795496400123000042',
    )
    expect(toLine({ ...heartbeat, opd: '' })).toContain('heartbeat,app=simrs,region=kota-a ')
  })

  test('latencies stay floats, whole or not', () => {
    expect(toLine({ ...heartbeat, latencyMs: 0.25 })).toContain('latencyMs=0.25,')
    expect(toLine({ ...heartbeat, latencyMs: 3 })).toContain('latencyMs=3,')
  })

  test('commas, equals signs and spaces in tags are escaped, umlauts are not', () => {
    expect(toLine({ ...heartbeat, app: 'a b,c=d', opd: 'Süd' })).toContain('heartbeat,app=a\\ b\\,c\\=d,opd=Süd,')
  })

  test.each([
    { ...heartbeat, latencyMs: Number.NaN },
    { ...heartbeat, latencyMs: Number.POSITIVE_INFINITY },
    { ...heartbeat, app: 'a\nheartbeat up=1i' },
    { ...heartbeat, app: 'a\\' },
    { ...heartbeat, receivedMs: 1.5 },
    { ...door, seq: 1.5 },
    { ...door, at: 8_640_000_000_000_000 },
    { ...door, at: 9_223_372_036_855 },
  ])('%j is refused', (observation) => {
    expect(() => toLine(observation)).toThrow(RangeError)
  })

  test('rows of one millisecond are points of their own', () => {
    expect(toLine({ ...heartbeat, rowId: 1 })).not.toBe(toLine({ ...heartbeat, rowId: 2 }))
  })
})
