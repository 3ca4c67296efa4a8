import { beforeEach, describe, expect, it } from 'vitest'
import { openAdminShell } from '../../test/harness/admin-shell.ts'
import { openPolicyTables } from '../access/door-policy.ts'
import { listLimits, sizeOf } from '../access/list-size.ts'
import { transaction } from '../registry/core-db.ts'
import { openRegistry } from '../registry/registry.ts'

const DOOR = 'ruang-komando'
const office = 'mon-thu 07:30-16:00; fri 07:30-16:30'

let shell: ReturnType<typeof openAdminShell>
const admin = (...argv: string[]) => shell.admin(...argv)
const json = (...argv: string[]) => shell.json(...argv)
const list = (door = DOOR) => shell.list(door)

beforeEach(() => {
  shell = openAdminShell()
  admin('device', 'add', 'door', DOOR)
  admin('device', 'add', 'door', 'ruang-server')
  admin('person', 'add', 'asn-0001', '--name', 'Sari')
  admin('person', 'add', 'asn-0002', '--name', 'Budi')
})

describe('roles', () => {
  it('are set, told to the doors, and undone', () => {
    admin('assign', 'asn-0001', DOOR)
    const set = json('person', 'roles', 'asn-0001', 'escort,lockdown')
    expect(set).toEqual({ id: 'asn-0001', roles: ['escort', 'lockdown'], undo: 'person roles asn-0001 none' })
    expect(list().people).toMatchObject([{ person: 'asn-0001', roles: ['escort', 'lockdown'] }])
    expect(admin('people', 'list').out).toBe(`asn-0001\tSari\tescort,lockdown\t${DOOR}\nasn-0002\tBudi\t-\t-`)
    shell.undo(set.undo)
    expect(list().people[0]).not.toHaveProperty('roles')
  })

  it('refuse what is none, and a visitor whose time has no end', () => {
    expect(admin('person', 'roles', 'asn-0001', 'boss')).toMatchObject({
      exitCode: 64,
      error: 'admin: "boss" is no role: a role is visitor, escort, lockdown, or none for no role at all',
    })
    admin('assign', 'asn-0001', DOOR)
    expect(admin('person', 'roles', 'asn-0001', 'visitor').error).toContain(`may enter ${DOOR} without an end`)
    admin('unassign', 'asn-0001', DOOR)
    admin('person', 'roles', 'asn-0001', 'visitor')
    expect(admin('assign', 'asn-0001', DOOR)).toMatchObject({
      exitCode: 64,
      error: 'admin: asn-0001 is a visitor: say --until',
    })
  })
})

describe('assignments', () => {
  const letter = '800.1.11.1/7/DISKOMINFO/2026'

  it('hold for several doors, by a letter that no door is told', () => {
    admin('schedule', 'add', 'kerja', '--hours', office)
    const terms = ['--from', '2026-01-01', '--until', '2126-01-01', '--schedule', 'kerja', '--letter', letter]
    expect(json('assign', 'asn-0001', `${DOOR},ruang-server`, ...terms)).toMatchObject({
      assignments: [
        { door: DOOR, schedule: 'kerja', letter, until: '2125-12-31T17:00:00.000Z' },
        { door: 'ruang-server', schedule: 'kerja', letter },
      ],
      undo: [],
    })
    expect(admin('assignments', 'list', '--door', 'ruang-server').out).toBe(
      `asn-0001 may enter ruang-server from 2026-01-01 00:00 WIB until 2126-01-01 00:00 WIB in the hours of kerja by ${letter}`,
    )
    expect(json('assignments', 'list', '--person', 'asn-0002')).toEqual([])
    for (const door of [DOOR, 'ruang-server']) expect(JSON.stringify(list(door))).not.toContain('DISKOMINFO')
  })

  it('are given to all doors or to none', () => {
    expect(admin('assign', 'asn-0001', `${DOOR},ruang-serfer`)).toMatchObject({
      exitCode: 1,
      error: 'admin: there is no door "ruang-serfer": did you mean "ruang-server"?',
    })
    expect(json('assignments', 'list')).toEqual([])
  })

  it('that are replaced or taken away say how to get them back', () => {
    admin('schedule', 'add', 'kerja', '--hours', office)
    admin('assign', 'asn-0001', DOOR, '--from', '2026-01-01', '--schedule', 'kerja', '--letter', letter)
    const before = json('assignments', 'list')
    const replaced = json('assign', 'asn-0001', DOOR, '--until', '2126-01-01')
    expect(replaced.undo).toHaveLength(1)
    shell.undo(replaced.undo[0])
    expect(json('assignments', 'list')).toEqual(before)
    shell.undo(json('unassign', 'asn-0001', DOOR).undo)
    expect(json('assignments', 'list')).toEqual(before)
  })

  it('are refused when the list would not fit, and nothing is changed', () => {
    const last = fillList()
    const refused = admin('person', 'roles', last, 'escort,lockdown')
    expect(refused).toMatchObject({ exitCode: 1, out: '' })
    expect(refused.error).toMatch(
      /^admin: nothing was changed: ruang-komando: its access list would be \d+ bytes \(at most 65536\) .* people, .*: unassign/,
    )
    expect(list().people.find(({ person }) => person === last)).not.toHaveProperty('roles')
    expect(admin('assign', 'asn-0001', `ruang-server,${DOOR}`)).toMatchObject({ exitCode: 1 })
    expect(list('ruang-server').people).toEqual([])
    expect(admin('assign', 'asn-0001', 'ruang-server')).toMatchObject({ exitCode: 0 })
    expect(admin('unassign', last, DOOR)).toMatchObject({ exitCode: 0 })
    expect(admin('assign', 'asn-0001', DOOR)).toMatchObject({ exitCode: 0 })
  })

  /** Assigns people with the longest ids until one more would not fit, at whatever version. @returns the last */
  function fillList(): string {
    const registry = openRegistry(shell.dataDir)
    const { access } = openPolicyTables(registry.db)
    const people = Array.from({ length: 700 }, (_, index) => `p${index}`.padEnd(64, 'x'))
    const sent = (count: number) => ({
      ...{ door: DOOR, version: Number.MAX_SAFE_INTEGER, issuedAt: Date.now() },
      people: people.slice(0, count).map((person) => ({ person, from: 1, until: null })),
    })
    const fits = (count: number) => {
      const { payloadBytes, bodyLetters } = sizeOf(sent(count))
      return payloadBytes <= listLimits.payloadBytes && bodyLetters <= listLimits.bodyLetters
    }
    const count = people.findIndex((_, index) => !fits(index + 1))
    transaction(registry.db, () => {
      for (const person of people.slice(0, count)) {
        access.putPerson({ id: person, name: 'x' })
        access.assign({ person, door: DOOR, fromMs: 1, untilMs: null, schedule: null, letter: null })
      }
    })
    registry.close()
    return people[count - 1] ?? ''
  }
})

describe('visitors', () => {
  it('come for a while, to the doors named', () => {
    const visit = ['visitor', 'add', 'tamu-1', `${DOOR},ruang-server`, '--name', 'Tamu', '--from', '2126-01-01']
    expect(json(...visit, '--until', '2126-01-05')).toMatchObject({ id: 'tamu-1', assignments: [{ door: DOOR }, {}] })
    expect(list().people).toMatchObject([{ person: 'tamu-1', roles: ['visitor'], until: Date.UTC(2126, 0, 4, 17) }])
    expect(admin(...visit, '--until', '2126-02-05').error).toContain('a visit lasts 31 days at most')
    expect(admin(...visit).error).toContain('missing: --until')
    expect(admin('visitor', 'add', 'tamu-2', DOOR, '--name', 'x', '--until', '2026-01-01').error).toContain(
      'has passed',
    )
  })

  it('are nobody who is assigned, and nobody at all when a door is not known', () => {
    const until = ['--until', '2126-01-05', '--from', '2126-01-01']
    expect(admin('visitor', 'add', 'asn-0001', DOOR, '--name', 'x', ...until).error).toContain('no visitor')
    expect(admin('visitor', 'add', 'tamu-1', 'gudang', '--name', 'x', ...until).exitCode).toBe(1)
    expect(json('people', 'list')).toHaveLength(2)
  })
})

describe('people', () => {
  it('are taken away only when the id is said twice', () => {
    admin('assign', 'asn-0001', DOOR)
    expect(admin('person', 'remove', 'asn-0001')).toEqual({
      exitCode: 1,
      out: '',
      error: `admin: nothing was done. asn-0001 enters ${DOOR}; the doors delete the templates, and no undo brings them back. To do it, add --confirm asn-0001`,
    })
    expect(admin('person', 'remove', 'asn-0001', '--confirm', 'asn-0002').exitCode).toBe(1)
    expect(list().people).toHaveLength(1)
    expect(json('person', 'remove', 'asn-0001', '--confirm', 'asn-0001')).toEqual({ id: 'asn-0001', removed: true })
    expect(list().people).toEqual([])
    expect(admin('person', 'remove', 'asn-0001', '--confirm', 'asn-0001').error).toContain('there is no person')
  })

  it.each(['198702032010012003', '19870203-201001-2-003', '6171010203870001'])(
    'have no NIP or NIK for an id: %s',
    (id) => {
      expect(admin('person', 'add', id, '--name', 'Sari')).toMatchObject({
        exitCode: 64,
        error: expect.stringContaining('looks like a NIP or NIK'),
      })
    },
  )
})

describe('the rules of a door', () => {
  it('are shown, changed and undone', () => {
    expect(json('door', 'rules', DOOR)).toEqual({
      door: DOOR,
      rules: {
        ...{ scoreMin: 50, twoPerson: false, antiPassback: 'off', antiPassbackMinutes: 10 },
        ...{ interlock: false, lockdown: false, escortS: 30 },
      },
      list: { payloadBytes: expect.any(Number), people: 0 },
    })
    const all = ['--score-min', '80', '--two-person', 'on', '--anti-passback', 'timed', '--anti-passback-minutes', '5']
    const changed = json('door', 'rules', DOOR, ...all, '--interlock', 'on', '--lockdown', 'on', '--escort-s', '60')
    expect(list().rules).toEqual({
      ...{ scoreMin: 80, twoPerson: true, antiPassback: 'timed', antiPassbackMinutes: 5 },
      ...{ interlock: true, lockdown: true, escortS: 60 },
    })
    const one = json('door', 'rules', DOOR, '--two-person', 'off')
    expect(one.undo).toBe(`door rules ${DOOR} --two-person on`)
    expect(list().rules).toMatchObject({ scoreMin: 80, antiPassback: 'timed' })
    expect(list('ruang-server').rules).toBeUndefined()
    shell.undo(changed.undo)
    expect(list().rules).toBeUndefined()
  })

  it.each([
    [['--escort-s', '4'], '--escort-s: Too small'],
    [['--score-min', 'banyak'], '--score-min "banyak" is no whole number'],
    [['--anti-passback', 'hard'], '--anti-passback: Invalid option'],
    [['--two-person', '1'], '--two-person is on or off, not "1"'],
    [['--twoperson', 'on'], 'did you mean --two-person?'],
  ])('refuse %j', (options, reason) => {
    expect(admin('door', 'rules', DOOR, ...options)).toEqual({
      exitCode: 64,
      out: '',
      error: expect.stringContaining(reason),
    })
    expect(admin('door', 'rules', 'gudang', ...options).exitCode).toBeGreaterThan(0)
  })
})
