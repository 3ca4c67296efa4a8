import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPolicyTables } from '../access/door-policy.ts'
import type { Transition } from '../monitor/types.ts'
import { openCoreDb, transaction } from './core-db.ts'
import { openRegistry, type Registry } from './registry.ts'
import { migrations } from './schema.ts'

let dataDir: string
let registry: Registry

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'siaga-registry-'))
  registry = openRegistry(dataDir)
})

afterEach(() => {
  registry.close()
  rmSync(dataDir, { recursive: true })
})

const simrs = { id: 'simrs', name: 'SIMRS', opd: 'RSUD dr. Soedarso' }

function transition(at: number, from: Transition['from'], to: Transition['to'], rowId = 1): Transition {
  return { app: 'simrs', from, to, cause: 'heartbeat', at, declaredAt: at + 5, rowId, message: 'pesan' }
}

describe('core.db', () => {
  it('opens again with its contents, and is for its owner alone', () => {
    registry.apps.upsert(simrs, 5)
    registry.close()
    registry = openRegistry(dataDir)
    expect(registry.apps.list()).toHaveLength(1)
    expect(statSync(join(dataDir, 'core.db')).mode & 0o777).toBe(0o600)
  })

  it('refuses a file of a newer program', () => {
    registry.db.exec('PRAGMA user_version=99')
    expect(() => openCoreDb(dataDir)).toThrow(/schema 99/)
  })

  it('takes over a file of the first version with its people, assignments and lists', () => {
    const before = join(dataDir, 'before')
    mkdirSync(before)
    const old = new DatabaseSync(join(before, 'core.db'))
    old.exec(`${migrations[0]}; PRAGMA user_version=1`)
    old.exec(`INSERT INTO people VALUES ('p-1', 'Sari'); INSERT INTO assignments VALUES ('p-1', 'komando', 5, NULL);
      INSERT INTO access_lists VALUES ('komando', 7, '[]', '{}', 'signature')`)
    old.close()
    const registry = openRegistry(before)
    const { access, holidays } = openPolicyTables(registry.db)
    expect(access.assignmentsOf('komando')).toEqual([
      { person: 'p-1', door: 'komando', fromMs: 5, untilMs: null, schedule: null, letter: null },
    ])
    expect(access.issuedList('komando')).toMatchObject({ version: 7, body: '{}' })
    expect(holidays.list(2026).filter(({ kind }) => kind === 'national')).toHaveLength(17)
    expect(holidays.list(2026)).toHaveLength(25)
    registry.close()
  })

  it('undoes a transaction that fails', () => {
    const failing = () =>
      transaction(registry.db, () => {
        registry.apps.upsert(simrs, 5)
        throw new Error('power cut')
      })
    expect(failing).toThrow('power cut')
    expect(registry.apps.list()).toEqual([])
  })

  it('tells when another process wrote, once, and not of own writes', () => {
    const other = openRegistry(dataDir)
    registry.apps.upsert(simrs, 5)
    expect(registry.changed()).toBe(false)
    other.apps.upsert({ ...simrs, name: 'SIMRS 2' }, 6)
    expect(registry.changed()).toBe(true)
    expect(registry.changed()).toBe(false)
    other.close()
  })

  it('tells when a device was added here: the pages do so', () => {
    registry.devices.add('door', 'ruang-arsip')
    expect(registry.changed()).toBe(true)
    expect(registry.changed()).toBe(false)
  })
})

describe('applications', () => {
  it('have defaults for what was not said', () => {
    expect(registry.apps.upsert(simrs, 5)).toBe('added')
    expect(registry.apps.get('simrs')).toEqual({
      ...simrs,
      wallName: null,
      service: '',
      region: null,
      criticality: 2,
      intervalS: 60,
      graceS: 30,
      simulated: false,
      registeredMs: 5,
    })
  })

  it('keep what a later entry does not mention, also when they became known', () => {
    registry.apps.upsert({ ...simrs, intervalS: 10, criticality: 1 }, 5)
    expect(registry.apps.upsert({ ...simrs, name: 'SIMRS dan antrean' }, 6)).toBe('updated')
    expect(registry.apps.get('simrs')).toMatchObject({ name: 'SIMRS dan antrean', intervalS: 10, registeredMs: 5 })
    expect(registry.apps.upsert(simrs, 7)).toBe('updated')
    expect(registry.apps.upsert(simrs, 8)).toBe('unchanged')
  })

  it('take their windows with them, but not their transitions', () => {
    registry.apps.upsert(simrs, 5)
    registry.maintenance.announce({ app: 'simrs', fromMs: 10, untilMs: 20, reason: 'pembaruan', announcedMs: 5 })
    registry.monitor.save({ cursor: 1, checkpoint: {}, transitions: [transition(1, 'new', 'up')] })
    expect(registry.apps.remove('simrs')).toBe(true)
    expect(registry.apps.remove('simrs')).toBe(false)
    expect(registry.maintenance.endingAfter(0)).toEqual([])
    expect(registry.transitions.newest(9)).toHaveLength(1)
  })
})

describe('maintenance', () => {
  const window = { app: 'simrs', fromMs: 10, untilMs: 20, reason: 'pembaruan', announcedMs: 5 }

  it('lists the windows that are not over', () => {
    registry.apps.upsert(simrs, 5)
    const stored = registry.maintenance.announce(window)
    expect(registry.maintenance.endingAfter(19)).toEqual([stored])
    expect(registry.maintenance.endingAfter(20)).toEqual([])
    expect(registry.maintenance.remove(stored.id)).toBe(true)
    expect(registry.maintenance.endingAfter(0)).toEqual([])
  })

  it('refuses a window for nobody and one that ends before it begins', () => {
    expect(() => registry.maintenance.announce(window)).toThrow(/FOREIGN KEY/)
    registry.apps.upsert(simrs, 5)
    expect(() => registry.maintenance.announce({ ...window, untilMs: 10 })).toThrow(/CHECK/)
  })
})

describe('transitions', () => {
  it('are given with the state before the period', () => {
    const all = [transition(100, 'new', 'up'), transition(200, 'up', 'late'), transition(300, 'late', 'down')]
    registry.monitor.save({ cursor: 3, checkpoint: {}, transitions: all })
    expect(registry.transitions.ofApp('simrs', { fromMs: 200, untilMs: 300 })).toEqual({
      initial: 'up',
      initialSinceMs: 100,
      transitions: [all[1]],
    })
    expect(registry.transitions.ofApp('simrs', { fromMs: 0, untilMs: 50 })).toEqual({
      initial: 'new',
      initialSinceMs: null,
      transitions: [],
    })
  })

  it('are read newest first up to a bound, in the order they were declared', () => {
    // The third was declared after the fourth, and dated before it.
    const [first, second, late, fourth] = [
      transition(100, 'new', 'up'),
      transition(200, 'up', 'late'),
      transition(300, 'down', 'up'),
      transition(400, 'late', 'down'),
    ] as const
    registry.monitor.save({ cursor: 4, checkpoint: {}, transitions: [first, second, fourth, late] })
    const period = { fromMs: 0, untilMs: 1_000 }
    expect(registry.transitions.ofApp('simrs', period, 4).transitions).toEqual([first, second, fourth, late])
    // Which state came before is not told by what was read.
    expect(registry.transitions.ofApp('simrs', { ...period, fromMs: 150 }, 2)).toEqual({
      initial: 'new',
      initialSinceMs: null,
      transitions: [fourth, late],
    })
  })

  it('are never altered and never deleted', () => {
    registry.monitor.save({ cursor: 1, checkpoint: {}, transitions: [transition(1, 'new', 'up')] })
    expect(() => registry.db.exec("UPDATE transitions SET to_state = 'down'")).toThrow('never altered')
    expect(() => registry.db.exec('DELETE FROM transitions')).toThrow('never deleted')
  })

  it('are stored with the checkpoint or not at all', () => {
    registry.monitor.save({ cursor: 7, checkpoint: { version: 1 }, transitions: [transition(1, 'new', 'up')] })
    registry.db.exec(
      "CREATE TRIGGER disk_full BEFORE INSERT ON monitor_checkpoint BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    const next = { cursor: 9, checkpoint: { version: 1 }, transitions: [transition(2, 'up', 'down')] }
    expect(() => registry.monitor.save(next)).toThrow('disk full')
    expect(registry.monitor.load()).toEqual({ cursor: 7, checkpoint: { version: 1 } })
    expect(registry.transitions.newest(9)).toHaveLength(1)
  })

  it('have no checkpoint at first', () => {
    expect(registry.monitor.load()).toBeUndefined()
  })
})

describe('devices', () => {
  it('keep their name until another is given', () => {
    registry.devices.add('door', 'ruang-komando', 'Ruang Komando')
    registry.devices.add('door', 'ruang-komando')
    registry.devices.add('door', 'ruang-server')
    expect(registry.devices.list('door')).toEqual([
      { id: 'ruang-komando', name: 'Ruang Komando' },
      { id: 'ruang-server', name: 'ruang-server' },
    ])
    expect(registry.devices.list('vantage')).toEqual([])
    expect(registry.devices.has('door', 'ruang-server')).toBe(true)
    expect(registry.devices.remove('door', 'ruang-server')).toBe(true)
  })
})

it('can be read while it is written', () => {
  const reader = new DatabaseSync(join(dataDir, 'core.db'), { readOnly: true })
  transaction(registry.db, () => {
    registry.apps.upsert(simrs, 5)
    expect(reader.prepare('SELECT count(*) AS n FROM apps').get()?.['n']).toBe(0)
  })
  expect(reader.prepare('SELECT count(*) AS n FROM apps').get()?.['n']).toBe(1)
  reader.close()
})
