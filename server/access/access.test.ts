import { verify } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AccessList } from '#contract/access-list.ts'
import { ACCESS_VERSION_MAX } from '#contract/identifiers.ts'
import { Signed } from '#contract/signed.ts'
import { type Log, silentLog } from '#runtime/log.ts'
import { transaction } from '../registry/core-db.ts'
import { openRegistry, type Registry } from '../registry/registry.ts'
import { AccessPublisher } from './access-publisher.ts'
import { AccessTable, type Assignment } from './access-table.ts'
import { openPolicyTables } from './door-policy.ts'
import { loadSigningKey } from './signing-key.ts'

const DOOR = 'ruang-komando'

let dataDir: string
let registry: Registry
let table: AccessTable
let nowMs: number
let brokerUp: boolean
let published: { topic: string; payload: string }[]
let publisher: AccessPublisher
/** What was logged as an error. */
let errors: string[]

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'siaga-access-'))
  registry = openRegistry(dataDir)
  registry.devices.add('door', DOOR)
  table = new AccessTable(registry.db)
  table.putPerson({ id: 'p-1', name: 'Sari' })
  table.putPerson({ id: 'p-2', name: 'Budi' })
  nowMs = 1_000
  brokerUp = true
  published = []
  errors = []
  publisher = newPublisher()
})

afterEach(() => {
  registry.close()
  rmSync(dataDir, { recursive: true })
})

function newPublisher(): AccessPublisher {
  return new AccessPublisher({
    registry,
    key: loadSigningKey(dataDir),
    clock: { wallMs: () => nowMs, monoMs: () => nowMs },
    log: { ...silentLog, error: (_about: object, message: string) => void errors.push(message) } as Log,
    publish: async (topic, payload) => {
      if (!brokerUp) throw new Error('the broker is not connected')
      published.push({ topic, payload })
    },
  })
}

function assign(person: string, fromMs = 0, untilMs: number | null = null, more: Partial<Assignment> = {}): void {
  table.assign({ person, door: DOOR, fromMs, untilMs, schedule: null, letter: null, ...more })
}

/** The newest published list, its signature verified as a door does. */
function newestList(): AccessList {
  const { topic, payload } = published.at(-1) ?? { topic: '', payload: '{}' }
  expect(topic).toBe(`siaga/v1/doors/${DOOR}/access`)
  const { body, signature } = Signed.parse(JSON.parse(payload))
  const { publicKeyPem } = loadSigningKey(dataDir)
  expect(verify(null, Buffer.from(body), publicKeyPem, Buffer.from(signature, 'base64'))).toBe(true)
  return AccessList.parse(JSON.parse(body))
}

describe('access lists', () => {
  it('are signed, carry ids without names, and are published for a door nobody may enter too', async () => {
    await publisher.refresh()
    expect(newestList()).toMatchObject({ door: DOOR, version: 1, issuedAt: 1_000, people: [] })
    assign('p-2', 5_000, 9_000)
    assign('p-1')
    await publisher.refresh()
    expect(newestList()).toMatchObject({
      version: 2,
      people: [
        { person: 'p-1', from: 0, until: null },
        { person: 'p-2', from: 5_000, until: 9_000 },
      ],
    })
    expect(published.at(-1)?.payload).not.toMatch(/Sari|Budi/)
  })

  it('keep their version and bytes when nothing changes, over a restart too', async () => {
    assign('p-1')
    await publisher.refresh()
    const first = published.at(-1)
    nowMs += 60_000
    await publisher.refresh()
    expect(published).toHaveLength(1)
    publisher = newPublisher()
    await publisher.republish()
    expect(published).toHaveLength(2)
    expect(published.at(-1)).toEqual(first)
  })

  it('lose a person at the end of the assignment, by time alone', async () => {
    assign('p-1', 0, 2_000)
    await publisher.refresh()
    nowMs = 1_999
    await publisher.tick()
    expect(newestList().people).toHaveLength(1)
    nowMs = 2_000
    await publisher.tick()
    expect(newestList()).toMatchObject({ version: 2, people: [] })
    await publisher.tick()
    expect(published).toHaveLength(2)
  })

  it('lose a person who is unassigned', async () => {
    assign('p-1')
    await publisher.refresh()
    expect(table.unassign('p-1', DOOR)).toBe(true)
    expect(table.unassign('p-1', DOOR)).toBe(false)
    await publisher.refresh()
    expect(newestList()).toMatchObject({ version: 2, people: [] })
  })

  it('wait for a broker that is away', async () => {
    brokerUp = false
    assign('p-1')
    await publisher.refresh()
    expect(published).toEqual([])
    brokerUp = true
    await publisher.tick()
    expect(newestList()).toMatchObject({ version: 1 })
  })

  it('outnumber a door that is ahead after a restored backup', async () => {
    await publisher.refresh()
    expect(await publisher.outnumber(DOOR, { series: 1_000, version: 1 })).toBe(true)
    expect(published).toHaveLength(1)
    expect(await publisher.outnumber(DOOR, { series: 1_000, version: 40 })).toBe(true)
    expect(newestList()).toMatchObject({ series: 1_000, version: 41 })
    nowMs = 3_000
    expect(await publisher.outnumber(DOOR, { series: 2_000, version: 1 })).toBe(true)
    expect(newestList()).toMatchObject({ series: 3_000, version: 1 })
  })

  it('follow no word of a door that cannot be true, say so once, and go on as before', async () => {
    const claim = (version: number, series = 1_000) => publisher.outnumber(DOOR, { series, version })
    await publisher.refresh()
    expect(await claim(1_000_002)).toBe(false)
    expect(await claim(Number.MAX_SAFE_INTEGER - 1)).toBe(false)
    expect(await claim(1, 1_001)).toBe(false)
    expect(errors).toEqual([expect.stringContaining('enrol it anew')])
    assign('p-1')
    await publisher.refresh()
    expect(newestList()).toMatchObject({ series: 1_000, version: 2, people: [{ person: 'p-1' }] })
    expect(await claim(2)).toBe(true)
    expect(await claim(1_000_003)).toBe(false)
    expect(errors).toHaveLength(2)
  })

  it('begin a new series with each enrolment, newer than all before, whatever the clock says', async () => {
    await publisher.refresh()
    nowMs = 500 // set back
    registry.devices.add('door', DOOR)
    expect(await publisher.outnumber(DOOR, { series: 1_000, version: ACCESS_VERSION_MAX })).toBe(true)
    expect(published).toHaveLength(1)
    await publisher.refresh()
    expect(newestList()).toMatchObject({ series: 1_001, version: 1 })
    expect(await publisher.outnumber(DOOR, { series: 1_000, version: ACCESS_VERSION_MAX })).toBe(true)
    await publisher.refresh()
    expect(published).toHaveLength(2)
    nowMs = 60_000
    registry.devices.add('door', DOOR)
    await publisher.refresh()
    expect(newestList()).toMatchObject({ series: 60_000, version: 1 })
  })

  it('go on in the series of a list made before there was one', async () => {
    await publisher.refresh()
    registry.db.exec(`UPDATE access_lists SET version = 7, body = replace(body, '"series":1000,', '')`)
    assign('p-1')
    await publisher.refresh()
    expect(newestList()).toMatchObject({ series: 0, version: 8 })
  })

  it('are issued anew when the key was changed', async () => {
    await publisher.refresh()
    rmSync(join(dataDir, 'command-key.pem'))
    publisher = newPublisher()
    await publisher.refresh()
    expect(newestList().version).toBe(2)
  })

  it('carry hours, holidays, roles and rules, and never the letter', async () => {
    const { schedules, holidays, rules } = openPolicyTables(registry.db)
    nowMs = Date.UTC(2026, 10, 24)
    const shift = { days: ['mon' as const], from: '22:00', until: '06:00' }
    schedules.put({ id: 'malam', name: 'Regu malam', hours: [shift], onHolidays: false })
    schedules.put({ id: 'tak-dipakai', name: 'x', hours: [], onHolidays: false })
    rules.put(DOOR, { twoPerson: true, scoreMin: 50 })
    assign('p-1', 0, null, { schedule: 'malam', letter: '800.1.11.1/7/DISKOMINFO' })
    table.setRoles('p-1', ['lockdown', 'escort'])
    await publisher.refresh()
    expect(newestList()).toMatchObject({
      people: [{ person: 'p-1', schedule: 'malam', roles: ['escort', 'lockdown'] }],
      schedules: [{ id: 'malam', hours: [shift], onHolidays: false }],
      rules: { twoPerson: true, scoreMin: 50, antiPassback: 'off' },
    })
    expect(newestList().holidays).toHaveLength(25)
    expect(newestList().holidays).toContain('2026-12-24')
    for (const secret of ['DISKOMINFO', 'Regu', 'tak-dipakai', 'Sari']) {
      expect(published.at(-1)?.payload).not.toContain(secret)
    }
    holidays.remove('2026-12-24')
    await publisher.refresh()
    expect(newestList()).toMatchObject({ version: 2 })
    expect(newestList().holidays).not.toContain('2026-12-24')
  })

  it('forget the holidays of a year that is over, by time alone', async () => {
    const { schedules } = openPolicyTables(registry.db)
    const hours = [{ days: ['mon' as const], from: '08:00', until: '16:00' }]
    schedules.put({ id: 'kerja', name: 'x', hours, onHolidays: false })
    assign('p-1', 0, null, { schedule: 'kerja' })
    nowMs = Date.parse('2027-01-01T23:59:59.999+07:00')
    await publisher.refresh()
    expect(newestList().holidays).toHaveLength(25)
    nowMs += 1
    await publisher.tick()
    expect(newestList()).toMatchObject({ version: 2, holidays: [] })
  })

  it('that do not fit are not issued: that door keeps the one before, the others get theirs', async () => {
    const other = 'ruang-rapat'
    await publisher.refresh()
    registry.devices.add('door', other)
    const crowd = Array.from({ length: 500 }, (_, index) => `p-${index}`.padEnd(64, 'x'))
    transaction(registry.db, () => {
      for (const id of crowd) {
        table.putPerson({ id, name: 'x' })
        assign(id, 1_795_485_600_000, 1_795_485_600_001)
      }
    })
    await publisher.refresh()
    expect(table.issuedList(DOOR)).toMatchObject({ version: 1 })
    expect(table.issuedList(other)).toMatchObject({ version: 1 })
    expect(published).toHaveLength(2)
    transaction(registry.db, () => {
      for (const id of crowd.slice(0, 200)) table.unassign(id, DOOR)
    })
    await publisher.refresh()
    expect(newestList()).toMatchObject({ version: 2 })
    expect(newestList().people).toHaveLength(300)
  })
})

describe('signing key', () => {
  it('is made once, for its owner alone, and leaves no draft behind', () => {
    rmSync(join(dataDir, 'command-key.pem'))
    const first = loadSigningKey(dataDir)
    expect(loadSigningKey(dataDir).publicKeyPem).toBe(first.publicKeyPem)
    expect(statSync(join(dataDir, 'command-key.pem')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir).filter((name) => name.startsWith('command-key'))).toEqual(['command-key.pem'])
  })

  it('may be given, with line breaks as an environment file writes them', () => {
    const pem = readFileSync(join(dataDir, 'command-key.pem'), 'utf8')
    const given = loadSigningKey('/nowhere', pem.replaceAll('\n', '\\n'))
    expect(given.publicKeyPem).toBe(loadSigningKey(dataDir).publicKeyPem)
  })

  it('is refused when it is a public one or no key at all', () => {
    expect(() => loadSigningKey(dataDir, loadSigningKey(dataDir).publicKeyPem)).toThrow(/openssl genpkey/)
    expect(() => loadSigningKey(dataDir, 'rahasia')).toThrow(/SIAGA_COMMAND_KEY is no private key/)
  })
})
