import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { openCredentials } from './credentials.ts'
import { LastUses, readLastUses } from './last-use.ts'

const door = { role: 'door', id: 'a' } as const

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'siaga-identity-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function open(dataDir = directory()) {
  const time = { nowMs: 1_000_000 }
  const credentials = openCredentials(dataDir, () => time.nowMs)
  onTestFinished(() => credentials.close())
  return { credentials, time, dataDir }
}

it('ends the older token at once when no overlap is asked for', () => {
  const { credentials } = open()
  const first = credentials.issue(door)
  const second = credentials.issue(door)
  expect(credentials.authenticate(first.username, first.password)).toBeUndefined()
  expect(credentials.authenticate(second.username, second.password)).toMatchObject(door)
})

it('lets two tokens live during a rotation, and the older one end by itself', () => {
  const { credentials, time } = open()
  const first = credentials.issue(door)
  const second = credentials.issue(door, { overlapMs: 60_000 })
  const issue = credentials.authenticateToken(first.password)?.issue ?? ''
  expect(credentials.current(issue)).toMatchObject(door)
  expect(credentials.list()).toHaveLength(1)
  time.nowMs += 59_999
  expect(credentials.authenticateToken(first.password)).toMatchObject(door)
  time.nowMs += 1
  const before = credentials.generation()
  credentials.reload()
  expect(credentials.generation()).toBeGreaterThan(before)
  expect(credentials.current(issue)).toBeUndefined()
  expect(credentials.authenticateToken(first.password)).toBeUndefined()
  expect(credentials.authenticateToken(second.password)).toMatchObject(door)
})

it('tells of every token that works, newest first, and ends one alone', () => {
  const { credentials, dataDir } = open()
  const other = open(dataDir).credentials
  const first = credentials.issue(door)
  const second = credentials.issue(door, { overlapMs: 60_000 })
  const foreign = credentials.issue({ role: 'door', id: 'b' })
  const issues = () => credentials.tokensOf('door:a').map(({ identity }) => identity.issue)
  const [newest = '', older = ''] = issues()
  expect(credentials.tokensOf('door:a').map(({ expiresAt }) => expiresAt)).toEqual([undefined, 1_060_000])
  expect(credentials.end('door:b', older)).toBe(false)
  expect(credentials.end('door:a', older)).toBe(true)
  expect(credentials.end('door:a', older)).toBe(false)
  expect(issues()).toEqual([newest])
  other.reload()
  expect(other.authenticateToken(first.password)).toBeUndefined()
  for (const { password } of [second, foreign])
    expect(other.authenticateToken(password)).toMatchObject({ role: 'door' })
})

it('tells of no token whose overlap is over', () => {
  const { credentials, time } = open()
  credentials.issue(door)
  credentials.issue(door, { overlapMs: 60_000 })
  time.nowMs += 60_000
  expect(credentials.tokensOf('door:a')).toHaveLength(1)
  expect(credentials.tokensOf('door:b')).toEqual([])
})

it('does not let an ended token live again when the clock goes back', () => {
  const { credentials, time, dataDir } = open()
  const first = credentials.issue(door)
  const second = credentials.issue(door, { overlapMs: 60_000 })
  time.nowMs += 60_000
  expect(credentials.authenticateToken(first.password)).toBeUndefined()
  time.nowMs -= 30_000
  const again = openCredentials(dataDir, () => time.nowMs)
  onTestFinished(() => again.close())
  expect(again.authenticateToken(first.password)).toBeUndefined()
  expect(again.authenticateToken(second.password)).toMatchObject(door)
})

it('never lets a third token live, and an overlap never makes an older one last longer', () => {
  const { credentials, time } = open()
  const first = credentials.issue(door)
  const second = credentials.issue(door, { overlapMs: 60_000 })
  const third = credentials.issue(door, { overlapMs: 600_000 })
  expect(credentials.authenticateToken(first.password)).toBeUndefined()
  expect(credentials.authenticateToken(second.password)).toMatchObject(door)
  time.nowMs += 600_000
  expect(credentials.authenticateToken(second.password)).toBeUndefined()
  expect(credentials.authenticateToken(third.password)).toMatchObject(door)
})

it('gives both tokens the rights of the newest issue', () => {
  const { credentials } = open()
  const first = credentials.issue({ role: 'gateway', id: 'hub', apps: ['a', 'b'] })
  credentials.issue({ role: 'gateway', id: 'hub', apps: ['a'] }, { overlapMs: 60_000 })
  expect(credentials.authenticateToken(first.password)?.apps).toEqual(['a'])
})

it('changes for whom both tokens of a gateway speak', () => {
  const { credentials } = open()
  const hub = { role: 'gateway', id: 'hub' } as const
  const tokens = [credentials.issue(hub), credentials.issue(hub, { overlapMs: 60_000 })]
  const apps = () => tokens.map(({ password }) => credentials.authenticateToken(password)?.apps)
  credentials.setApps('gateway:hub', ['a'])
  expect(apps()).toEqual([['a'], ['a']])
  credentials.setApps('gateway:hub', undefined)
  expect(apps()).toEqual([undefined, undefined])
  expect(() => credentials.setApps('gateway:hub', ['A'])).toThrow()
})

it('revokes all tokens of an identity, seen by another process', () => {
  const { credentials, dataDir } = open()
  const other = open(dataDir).credentials
  const first = credentials.issue(door)
  const second = credentials.issue(door, { overlapMs: 60_000 })
  other.reload()
  expect(other.authenticateToken(second.password)).toMatchObject(door)
  expect(credentials.revoke('door:a')).toBe(true)
  expect(credentials.revoke('door:a')).toBe(false)
  other.reload()
  for (const { password } of [first, second]) expect(other.authenticateToken(password)).toBeUndefined()
})

it('takes ids that are names of object members, and refuses those that are no ids', () => {
  const { credentials } = open()
  const { password } = credentials.issue({ role: 'app', id: 'constructor' })
  expect(credentials.authenticate('app:constructor', password)).toMatchObject({ id: 'constructor' })
  expect(credentials.authenticate('app:toString', password)).toBeUndefined()
  expect(() => credentials.issue({ role: 'app', id: '__proto__' })).toThrow()
  expect(credentials.current('__proto__')).toBeUndefined()
})

it('takes over the tokens of the table that kept one for each identity', () => {
  const dataDir = directory()
  const { credentials } = open(dataDir)
  const { password } = credentials.issue(door)
  const db = new DatabaseSync(join(dataDir, 'identity.db'))
  db.exec(`CREATE TABLE credentials (username TEXT PRIMARY KEY, role TEXT NOT NULL, id TEXT NOT NULL, apps TEXT,
      token_hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO credentials SELECT username, role, id, apps, token_hash, created_at FROM tokens;
    DROP TABLE tokens; PRAGMA user_version = 0`)
  db.close()
  expect(open(dataDir).credentials.authenticate('door:a', password)).toMatchObject(door)
})

it('remembers when a token was last used, and forgets tokens that are gone', () => {
  const dataDir = directory()
  const issue = '0123456789abcdef'
  const gone = 'fedcba9876543210'
  const options = {
    dataDir,
    way: 'mqtt' as const,
    wallMs: () => 42,
    isLive: (one: string) => one === issue,
    log: silentLog,
  }
  expect(readLastUses(dataDir).size).toBe(0)
  const uses = new LastUses(options)
  uses.note(issue)
  uses.note(gone)
  uses.close()
  expect([...readLastUses(dataDir)]).toEqual([[issue, 42]])
  const pushes = new LastUses({ ...options, way: 'http', wallMs: () => 43 })
  pushes.note(issue)
  expect([...pushes.newest()]).toEqual([[issue, 43]])
  pushes.close()
  expect([...readLastUses(dataDir)]).toEqual([[issue, 43]])
})

it('does not lose what another process wrote just before a write of its own', () => {
  const { credentials, dataDir } = open()
  const other = open(dataDir).credentials
  const foreign = other.issue({ role: 'vantage', id: 'v' })
  const own = credentials.issue(door)
  credentials.reload()
  for (const { username, password } of [foreign, own]) {
    expect(credentials.authenticate(username, password)).toMatchObject({ id: username.split(':')[1] })
  }
  other.revoke('door:a')
  credentials.revoke('vantage:v')
  credentials.reload()
  expect(credentials.list()).toEqual([])
})
