import { describe, expect, it } from 'vitest'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { doorObservation } from './observations.ts'

const record = { journal: '0'.repeat(32), seq: 4, boot: 'b', at: 1_764_000_000_000, monoMs: 1, clock: 'synced' }

const RECEIVED_MS = record.at + 3_600_000

function rowOf(body: object): JournalRow {
  const payload = JSON.stringify({ ...record, prev: '0'.repeat(64), hash: '1'.repeat(64), ...body })
  const row = { id: 9, channel: 'doorEvents', subject: 'komando', sender: 'komando', boot: 'b', fork: false } as const
  return { ...row, receivedMs: RECEIVED_MS, monoMs: 1, payload }
}

describe('doorObservation', () => {
  it('is what happened, and when', () => {
    const denied = rowOf({ kind: 'denied', reason: 'not-found', person: 'asn-0001' })
    const expected = { kind: 'door', rowId: 9, door: 'komando', event: 'denied', seq: 4, at: record.at }
    expect(doorObservation(denied)).toEqual(expected)
    expect(doorObservation(rowOf({ kind: 'alarm.raised', alarm: 'attempts' }))).toMatchObject({ event: 'alarm.raised' })
  })

  it('is at its receipt when the door’s clock was not set', () => {
    expect(doorObservation(rowOf({ kind: 'opened', clock: 'unset' }))).toMatchObject({ at: RECEIVED_MS })
    expect(doorObservation(rowOf({ kind: 'opened', clock: 'hold' }))).toMatchObject({ at: record.at })
  })

  it('is at its receipt when the door says a time that its clock cannot have been', () => {
    const atOf = (at: number) => {
      const observation = doorObservation(rowOf({ kind: 'opened', at }))
      return observation?.kind === 'door' && observation.at
    }
    const [minuteMs, dayMs] = [60_000, 86_400_000]
    for (const told of [RECEIVED_MS + 4 * minuteMs, RECEIVED_MS - 399 * dayMs]) expect(atOf(told)).toBe(told)
    for (const told of [RECEIVED_MS + 6 * minuteMs, RECEIVED_MS - 401 * dayMs, 0]) expect(atOf(told)).toBe(RECEIVED_MS)
  })

  it('counts neither the beginning nor the end of a silent alarm', () => {
    expect(doorObservation(rowOf({ kind: 'alarm.raised', alarm: 'duress' }))).toBeUndefined()
    expect(doorObservation(rowOf({ kind: 'alarm.cleared', alarm: 'duress' }))).toBeUndefined()
  })
})
