import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openAdminShell } from '../../test/harness/admin-shell.ts'

const DOOR = 'ruang-komando'
const office = 'mon-thu 07:30-16:00; fri 07:30-16:30'

let shell: ReturnType<typeof openAdminShell>
const admin = (...argv: string[]) => shell.admin(...argv)
const json = (...argv: string[]) => shell.json(...argv)
const list = (door = DOOR) => shell.list(door)

beforeEach(() => {
  shell = openAdminShell()
  admin('device', 'add', 'door', DOOR)
  admin('person', 'add', 'asn-0001', '--name', 'Sari')
})

describe('schedules', () => {
  it('are added, kept to, replaced and removed, each step with its undo', () => {
    const added = json('schedule', 'add', 'kerja', '--hours', office, '--name', 'Jam kerja')
    expect(added).toMatchObject({ id: 'kerja', name: 'Jam kerja', onHolidays: false, undo: 'schedule remove kerja' })
    admin('assign', 'asn-0001', DOOR, '--schedule', 'kerja')
    expect(list()).toMatchObject({ people: [{ schedule: 'kerja' }], schedules: [{ id: 'kerja' }] })
    expect(list().holidays).toContain('2026-12-25')
    const replaced = json('schedule', 'add', 'kerja', '--hours', 'daily 00:00-24:00', '--holidays', 'on')
    expect(list().schedules).toMatchObject([{ hours: [{ until: '24:00' }], onHolidays: true }])
    expect(list().holidays).toBeUndefined()
    expect(admin('schedules', 'list').out).toBe('kerja\tJam kerja\tdaily 00:00-24:00\talso on holidays')
    shell.undo(replaced.undo)
    expect(admin('schedules', 'list').out).toBe(`kerja\tJam kerja\t${office}\tnot on holidays`)
    expect(admin('schedule', 'remove', 'kerja')).toEqual({
      exitCode: 1,
      out: '',
      error: `admin: kerja is kept to by asn-0001 at ${DOOR}: assign them other hours first`,
    })
    admin('assign', 'asn-0001', DOOR)
    const removed = json('schedule', 'remove', 'kerja')
    expect(json('schedules', 'list')).toEqual([])
    shell.undo(removed.undo)
    expect(admin('schedules', 'list').out).toBe(`kerja\tJam kerja\t${office}\tnot on holidays`)
  })

  it.each([
    [['schedule', 'add', 'kerja', '--hours', 'senin 07:00-16:00'], 64, '"senin" names no days'],
    [['schedule', 'add', 'Jam Kerja', '--hours', office], 64, '"Jam Kerja" is no id'],
    [['schedule', 'add', 'kerja', '--hours', office, '--holidays', 'ya'], 64, '--holidays is on or off, not "ya"'],
    [['schedule', 'remove', 'kerja'], 1, 'there is no schedule "kerja": add it first'],
    [['assign', 'asn-0001', DOOR, '--schedule', 'kerja'], 1, 'there is no schedule "kerja": add it first'],
  ])('refuse %j with exit code %i', (argv, exitCode, reason) => {
    expect(admin(...argv)).toEqual({ exitCode, out: '', error: expect.stringContaining(reason) })
  })
})

describe('holidays', () => {
  it('of 2026 are known from the start, as decreed', () => {
    const holidays = json('holidays', 'list', '--year', '2026')
    expect(holidays).toHaveLength(25)
    expect(holidays).toContainEqual({
      ...{ day: '2026-12-24', name: 'Kelahiran Yesus Kristus', kind: 'leave' },
      source: 'SKB 3 Menteri 1497, 2, 5 Tahun 2025',
    })
    expect(admin('holidays', 'list', '--year', '2031').out).toMatch(/^no holidays in 2031/)
  })

  it('are added, corrected and removed, each step with its undo', () => {
    const added = json('holiday', 'add', '2026-11-25', '--name', 'Libur daerah', '--source', 'SK Gubernur 9/2026')
    expect(added).toMatchObject({ day: '2026-11-25', kind: 'national', undo: 'holiday remove 2026-11-25' })
    const corrected = json('holiday', 'add', '2026-11-25', '--name', 'Libur daerah', '--kind', 'leave')
    shell.undo(corrected.undo)
    expect(json('holidays', 'list')).toContainEqual({
      ...{ day: '2026-11-25', name: 'Libur daerah', kind: 'national', source: 'SK Gubernur 9/2026' },
    })
    shell.undo(json('holiday', 'remove', '2026-11-25').undo)
    shell.undo(added.undo)
    expect(json('holidays', 'list')).toHaveLength(25)
  })

  it('of a year come from a file, all or none', () => {
    const path = join(shell.dataDir, 'libur.csv')
    const importing = (text: string) => {
      writeFileSync(path, text)
      return admin('holidays', 'import', path)
    }
    const good = 'day;name;kind;source\n2027-01-01;Tahun Baru 2027;national;SKB 2027\n2026-12-25;Natal;national;SKB\n'
    expect(importing(good)).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^1 added, 1 updated/) })
    expect(json('holidays', 'list', '--year', '2027')).toHaveLength(1)
    const bad = importing(
      'day,name,kind,source\n2027-02-29,X,national,\n2027-03-01,Y,libur,\n2027-03-02,Z,leave,\n2027-03-02,Z,leave,\n',
    )
    expect(bad).toMatchObject({ exitCode: 65, out: '' })
    expect(bad.error).toMatch(
      /nothing was imported:\n {2}line 2: day "2027-02-29".*\n {2}line 3: kind "libur".*\n {2}line 5: 2027-03-02 again/,
    )
    expect(importing('day,nama\n2027-01-02,X\n').error).toContain('missing: name, kind, source')
    expect(importing('[{"day":"2027-01-02","name":"X","kind":"leave","source":""}]')).toMatchObject({ exitCode: 0 })
    expect(importing('[{').exitCode).toBe(65)
    expect(json('holidays', 'list', '--year', '2027')).toHaveLength(2)
    expect(admin('holidays', 'import', '/nowhere.csv')).toMatchObject({ exitCode: 66 })
  })

  it('are no more in a year than a list can carry of two', () => {
    const rows = Array.from({ length: 61 }, (_, day) => new Date(Date.UTC(2030, 0, 1 + day)).toISOString().slice(0, 10))
    writeFileSync(
      join(shell.dataDir, 'a.json'),
      JSON.stringify(rows.map((day) => ({ day, name: 'x', kind: 'leave', source: '' }))),
    )
    expect(admin('holidays', 'import', join(shell.dataDir, 'a.json'))).toMatchObject({
      exitCode: 1,
      error: 'admin: nothing was changed: 2030 would have 61 holidays, at most 60',
    })
    expect(json('holidays', 'list', '--year', '2030')).toEqual([])
  })

  it.each([
    [['holiday', 'add', '2026-02-30', '--name', 'x'], 64, 'day "2026-02-30"'],
    [['holiday', 'add', '2026-02-20', '--name', 'x', '--kind', 'libur'], 64, 'a kind national or leave'],
    [['holiday', 'remove', '2026-12-26'], 1, 'did you mean "2026-12-24"?'],
    [['holidays', 'list', '--year', 'ini'], 64, '--year "ini" is no year'],
  ])('refuse %j with exit code %i', (argv, exitCode, reason) => {
    expect(admin(...argv)).toEqual({ exitCode, out: '', error: expect.stringContaining(reason) })
  })
})
