import { expect, it, onTestFinished } from 'vitest'
import { EnrolmentCode } from '#contract/enrolment.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openCredentials } from './credentials.ts'
import { CODE_LIVES_MS, openEnrolmentCodes } from './enrolment-codes.ts'

const door = { role: 'door', id: 'komando' } as const

function open() {
  const time = { nowMs: 1_000_000 }
  const dataDir = temporaryDirectory()
  const codes = openEnrolmentCodes(dataDir, () => time.nowMs)
  onTestFinished(() => codes.close())
  return { codes, time, dataDir }
}

const tokenHash = 'a'.repeat(64)
const typed = (code: string) => EnrolmentCode.parse(code)

it('works once, for its identity, and is no use for another', () => {
  const { codes } = open()
  const { code, username } = codes.issue(door)
  expect(username).toBe('door:komando')
  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/)
  expect(codes.take({ role: 'door', id: 'arsip', code: typed(code), tokenHash })).toBe('refused')
  expect(codes.take({ role: 'vantage', id: 'komando', code: typed(code), tokenHash })).toBe('refused')
  expect(codes.take({ ...door, code: typed(code), tokenHash })).toBe('taken')
  expect(codes.open()).toEqual([])
  expect(codes.take({ ...door, code: typed(code), tokenHash: 'b'.repeat(64) })).toBe('refused')
})

it('ends within the hour, with a newer one, and when it is revoked', () => {
  const { codes, time } = open()
  const first = codes.issue(door)
  const second = codes.issue(door)
  expect(codes.take({ ...door, code: typed(first.code), tokenHash })).toBe('refused')
  expect(codes.open()).toEqual([{ username: 'door:komando', untilMs: second.untilMs }])
  time.nowMs += CODE_LIVES_MS
  expect(codes.take({ ...door, code: typed(second.code), tokenHash })).toBe('refused')
  expect(codes.open()).toEqual([])
  const third = codes.issue(door)
  expect(codes.revoke('door:komando')).toBe(true)
  expect(codes.take({ ...door, code: typed(third.code), tokenHash })).toBe('refused')
  expect(codes.revoke('door:komando')).toBe(false)
})

it('works again for the same token, whose answer may have been lost, and within its hour alone', () => {
  const { codes, time } = open()
  const { code } = codes.issue(door)
  const request = { ...door, code: typed(code), tokenHash }
  expect([codes.take(request), codes.take(request)]).toEqual(['taken', 'again'])
  time.nowMs += CODE_LIVES_MS
  expect(codes.take(request)).toBe('refused')
})

it('is read as it was meant', () => {
  expect(typed(' oiL0l-abcde fghjk-mnpqr')).toBe('01101ABCDEFGHJKMNPQR')
  expect(EnrolmentCode.safeParse('ABCDE-FGHJK-MNPQR').success).toBe(false)
  expect(EnrolmentCode.safeParse('UUUUU-FGHJK-MNPQR-STVWX').success).toBe(false)
})

it('lets a device in by the token of which only the hash was sent', () => {
  const { dataDir } = open()
  const credentials = openCredentials(dataDir)
  onTestFinished(() => credentials.close())
  const before = credentials.issue(door)
  const hash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  credentials.accept(door, hash)
  credentials.accept(door, hash)
  expect(credentials.authenticate('door:komando', 'test')).toMatchObject(door)
  expect(credentials.authenticate('door:komando', before.password)).toBeUndefined()
  expect(() => credentials.accept({ role: 'door', id: 'arsip' }, hash)).toThrow('another identity')
  expect(() => credentials.accept(door, 'test')).toThrow('64 hex digits')
})
