import { describe, expect, test } from 'vitest'
import { indonesian as t } from '../lib/texts-id.ts'
import { evidence, headline, shortEvidence } from './wording.ts'

const nowMs = Date.parse('2026-11-24T03:00:00Z')
const silent = {
  wallName: 'SIPD',
  state: 'down' as const,
  cause: 'silence' as const,
  message: 'kata-kata lama',
  lastHeartbeatAt: '2026-11-24T02:37:00Z',
  maintenance: null,
}

describe('applications', () => {
  test('the headline is what the user feels', () => {
    expect(headline(silent, t)).toBe('SIPD mati')
    expect(headline({ ...silent, state: 'unknown' }, t)).toBe('SIPD tanpa data')
  })

  test('silence speaks of the last heartbeat, never with the old words of the sender', () => {
    expect(evidence(silent, nowMs, t)).toBe('Detak berhenti. Detak terakhir 09.37.')
    expect(shortEvidence(silent, nowMs, t)).toBe('Detak terakhir 09.37')
  })

  test('a report speaks in the words of the sender', () => {
    const told = { ...silent, cause: 'reported' as const, message: 'Basis data menolak' }
    expect(evidence(told, nowMs, t)).toBe('Basis data menolak')
    expect(shortEvidence(told, nowMs, t)).toBe('Basis data menolak')
  })

  test('one never heard says so', () => {
    expect(evidence({ ...silent, lastHeartbeatAt: null }, nowMs, t)).toContain('Belum pernah mengirim detak')
  })
})
