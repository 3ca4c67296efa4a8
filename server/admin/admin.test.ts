import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { AccessTable } from '../access/access-table.ts'
import { openRegistry } from '../registry/registry.ts'
import { commands } from './commands.ts'
import { nearest } from './nearest.ts'
import { runAdmin } from './run-admin.ts'
import { formatWib, parseTime } from './times.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'siaga-admin-'))
})

afterEach(() => {
  rmSync(dataDir, { recursive: true })
})

/** One run, as a shell sees it. */
function admin(...argv: string[]) {
  const out: string[] = []
  const error: string[] = []
  const exitCode = runAdmin({ argv, dataDir, print: (text) => out.push(text), printError: (text) => error.push(text) })
  return { exitCode, out: out.join('\n'), error: error.join('\n') }
}

function json(...argv: string[]): unknown {
  const { exitCode, out, error } = admin(...argv, '--json')
  expect([exitCode, error]).toEqual([0, ''])
  return JSON.parse(out)
}

function importApps(text: string, ...more: string[]) {
  const path = join(dataDir, 'apps.csv')
  writeFileSync(path, text)
  return admin('apps', 'import', path, ...more)
}

const registryCsv = 'id,name,opd\nsimrs,SIMRS,RSUD\nsp2d,SP2D Online,BKAD\n'

describe('applications', () => {
  it('are imported and listed', () => {
    expect(importApps(registryCsv)).toEqual({ exitCode: 0, out: '2 added, 0 updated, 0 unchanged', error: '' })
    expect(json('apps', 'list')).toMatchObject([{ id: 'simrs' }, { id: 'sp2d', opd: 'BKAD', intervalS: 60 }])
    expect(admin('apps', 'list').out).toContain('sp2d\tSP2D Online\tBKAD')
  })

  it('are refused with line, value and reason when a row is bad', () => {
    const bad = 'id,name,opd\nSIMRS,SIMRS,RSUD\n'
    expect(importApps(bad)).toEqual({
      exitCode: 65,
      out: '',
      error: 'nothing was imported:\n  line 2: id "SIMRS": an id is 1 to 64 of a-z, 0-9 and -',
    })
    expect(JSON.parse(importApps(bad, '--json').out)).toMatchObject({ ok: false, badRows: [{ line: 2, column: 'id' }] })
    expect(admin('apps', 'import', '/nowhere.csv')).toMatchObject({ exitCode: 66 })
  })

  it('get a token that replaces the one before', () => {
    importApps(registryCsv)
    const [first, second] = [json('app', 'token', 'simrs'), json('app', 'token', 'simrs')] as { password: string }[]
    expect(first).toEqual({ id: 'simrs', username: 'app:simrs', password: expect.any(String) })
    const credentials = openCredentials(dataDir)
    expect(credentials.authenticateToken(first?.password ?? '')).toBeUndefined()
    expect(credentials.authenticateToken(second?.password ?? '')).toMatchObject({ role: 'app', id: 'simrs' })
    credentials.close()
    expect(admin('app', 'token', 'simr')).toMatchObject({
      exitCode: 1,
      error: 'admin: there is no application "simr": did you mean "simrs"?',
    })
  })

  it('can be planned for maintenance, in WIB', () => {
    importApps(registryCsv)
    const window = ['--from', '2126-11-24T09:00', '--until', '2126-11-25', '--reason', 'pembaruan']
    expect(json('app', 'maintenance', 'simrs', ...window)).toEqual({
      app: 'simrs',
      from: '2126-11-24T02:00:00.000Z',
      until: '2126-11-24T17:00:00.000Z',
      reason: 'pembaruan',
    })
    const registry = openRegistry(dataDir)
    expect(registry.maintenance.endingAfter(0)).toMatchObject([{ app: 'simrs', reason: 'pembaruan' }])
    registry.close()
  })

  it.each([
    [['--until', '2020-01-01', '--reason', 'x'], /later than --from/],
    [['--from', '2019-01-01', '--until', '2020-01-01', '--reason', 'x'], /has passed/],
    [['--until', 'besok', '--reason', 'x'], /--until "besok" is no time/],
    [['--until', '2126-01-01'], /missing: --reason/],
  ])('are not planned with %j', (options, reason) => {
    importApps(registryCsv)
    expect(admin('app', 'maintenance', 'simrs', ...options)).toMatchObject({
      exitCode: 64,
      error: expect.stringMatching(reason),
    })
  })

  it('are removed with their token', () => {
    importApps(registryCsv)
    json('app', 'token', 'simrs')
    expect(json('app', 'remove', 'simrs')).toEqual({ id: 'simrs', removed: true })
    expect(json('apps', 'list')).toHaveLength(1)
    expect(admin('revoke', 'app:simrs').exitCode).toBe(1)
  })
})

describe('identities', () => {
  it('are issued for doors, vantages and gateways', () => {
    expect(json('device', 'add', 'door', 'ruang-komando', '--name', 'Ruang Komando')).toEqual({
      id: 'ruang-komando',
      username: 'door:ruang-komando',
      password: expect.any(String),
    })
    expect(json('device', 'add', 'vantage', 'sambas')).toMatchObject({ username: 'vantage:sambas' })
    expect(json('gateway', 'add', 'hub', '--apps', 'simrs, sp2d')).toMatchObject({ username: 'gateway:hub' })
    const credentials = openCredentials(dataDir)
    expect(credentials.list()).toMatchObject([{ role: 'door' }, { apps: ['simrs', 'sp2d'] }, { role: 'vantage' }])
    credentials.close()
  })

  it('are revoked by user name, or by id when only one has it', () => {
    admin('device', 'add', 'door', 'hub')
    admin('gateway', 'add', 'hub')
    expect(admin('revoke', 'hub')).toMatchObject({
      exitCode: 1,
      error: 'admin: "hub" is door:hub and gateway:hub: say which',
    })
    expect(json('revoke', 'gateway:hub')).toEqual({ username: 'gateway:hub', revoked: true })
    expect(json('revoke', 'hub')).toEqual({ username: 'door:hub', revoked: true })
    expect(admin('revoke', 'hub').exitCode).toBe(1)
  })

  it('need an id that fits a topic', () => {
    expect(admin('device', 'add', 'door', 'Ruang/Komando')).toMatchObject({ exitCode: 64 })
    expect(admin('device', 'add', 'window', 'x')).toMatchObject({ exitCode: 64 })
    expect(admin('gateway', 'add', 'hub', '--apps', 'A')).toMatchObject({ exitCode: 64 })
    expect(admin('gateway', 'add', 'hub', '--apps=')).toMatchObject({ exitCode: 64 })
  })

  it('come with the public key that a door needs', () => {
    expect(json('command-key')).toEqual({ publicKey: expect.stringContaining('BEGIN PUBLIC KEY') })
    expect(json('command-key')).toEqual(json('command-key'))
  })
})

describe('access', () => {
  it('is given and taken for known people and doors only', () => {
    expect(admin('assign', 'p-1', 'ruang-komando').error).toContain('there is no person "p-1"')
    expect(json('person', 'add', 'p-1', '--name', 'Sari')).toEqual({ id: 'p-1', name: 'Sari' })
    expect(admin('assign', 'p-1', 'ruang-komando').error).toContain('there is no door "ruang-komando"')
    admin('device', 'add', 'door', 'ruang-komando')
    expect(json('assign', 'p-1', 'ruang-komando', '--from', '2026-01-01', '--until', '2027-01-01')).toEqual({
      assignments: [
        {
          person: 'p-1',
          door: 'ruang-komando',
          from: '2025-12-31T17:00:00.000Z',
          until: '2026-12-31T17:00:00.000Z',
          schedule: null,
          letter: null,
        },
      ],
      undo: [],
    })
    const registry = openRegistry(dataDir)
    expect(new AccessTable(registry.db).assignmentsOf('ruang-komando')).toMatchObject([{ person: 'p-1' }])
    registry.close()
    expect(json('unassign', 'p-1', 'ruang-komando')).toMatchObject({ removed: true })
    expect(admin('unassign', 'p-1', 'ruang-komando')).toMatchObject({ exitCode: 1 })
  })
})

describe('the command line', () => {
  it('gives help in general and for each command', () => {
    const help = admin('--help')
    expect(help.exitCode).toBe(0)
    expect([admin().out, admin('help').out, admin('-h').out]).toEqual([help.out, help.out, help.out])
    for (const { name, summary } of commands) {
      expect(help.out).toContain(summary)
      expect(admin('help', ...name.split(' ')).out).toContain(`usage: npm run admin -- ${name}`)
      expect(admin(...name.split(' '), '--help')).toMatchObject({ exitCode: 0 })
    }
  })

  it.each([
    [['apps', 'imprt', 'x'], 'did you mean "apps import"?'],
    [['revok', 'x'], 'did you mean "revoke"?'],
    [['app'], 'there is app token, app maintenance, app remove'],
    [['backup'], 'unknown command "backup": see "help"'],
    [['restore'], 'unknown command'],
    [['apps', 'import'], 'missing: FILE'],
    [['apps', 'list', 'all'], 'too much: all'],
    [['assign', 'a', 'b', '--form', 'x'], 'unknown option --form: did you mean --from?'],
    [['assign', 'a', 'b', '--from'], "'--from <value>' argument missing"],
    [['person', 'add', 'p-1', '--name', ' '], 'missing: --name'],
    [['--versi'], 'unknown'],
  ])('refuses %j with exit code 64', (argv, reason) => {
    const { exitCode, error, out } = admin(...argv)
    expect({ exitCode, out }).toEqual({ exitCode: 64, out: '' })
    expect(error).toContain(reason)
  })

  it('reads times as WIB unless they carry an offset', () => {
    const atMs = Date.UTC(2026, 10, 24, 2)
    for (const written of [
      '2026-11-24T09:00',
      '2026-11-24T09:00:00',
      '2026-11-24T09:00:00+07:00',
      '2026-11-24T02:00:00Z',
    ]) {
      expect(parseTime('--from', written)).toBe(atMs)
    }
    expect(formatWib(atMs)).toBe('2026-11-24 09:00 WIB')
  })

  it('suggests only what is near', () => {
    expect(nearest('simpg', ['sipd', 'simpeg'])).toBe('simpeg')
    expect(nearest('audit', ['revoke', 'assign'])).toBeUndefined()
  })
})
