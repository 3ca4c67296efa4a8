/**
 * Promise 6 (design §4): after a full cycle no name, NIP, letter, slot or template is on the wire to the broker, in
 * InfluxDB, in any file but the two that are there for it, in any log, or in any answer. Everything is real; a relay that
 * knows nothing of MQTT keeps the bytes of every connection.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { channelNames } from '#contract/channels.ts'
import { doorRecords, doorTold, touch } from '../harness/access.ts'
import { type Door, startDoor } from '../harness/door.ts'
import { startBeating } from '../harness/heartbeats.ts'
import { startInflux } from '../harness/influxd.ts'
import { admin, registerApps, type Siaga, startSiaga } from '../harness/siaga.ts'
import { describeWith } from '../harness/system-packages.ts'
import { until } from '../harness/until.ts'
import { openWireTap } from '../harness/wire-tap.ts'

const WAIT_MS = 60_000
const door = 'ruang-komando'
const debug = { SIAGA_LOG_LEVEL: 'debug' }

/** People of no real place; the NIP stands where an operator might put it. */
const secrets = [
  ...['Dayang Suryani', 'Dayang', '198702032010012003', 'Uray Hendri', 'Tamu Terhormat'],
  ...['800.1.11.1', 'DISKOMINFO-RAHASIA', 'Jam Regu Malam', 'Libur Rahasia'],
  ...['template-of-dayang', 'template-of-uray', 'template-of-tamu', 'template-of-stranger'],
]
const fingers = [
  { slot: 7, person: 'asn-0001', finger: 'template-of-dayang' },
  { slot: 9, person: 'tamu-0001', finger: 'template-of-tamu' },
]
/** A member named after a slot or a page of the sensor, in JSON, in a log line or in the line protocol. */
const SLOT_MEMBER = /["\s,{](slot|slots|slotNumber|pageId|template|templates?Data)"?\s*[:=]/i
/** Templates counted on a sensor are a number, no template. */
const SENSOR_READY = /"templates":\d+/g

function expectNothingIn(where: string, text: string): void {
  for (const secret of secrets) expect(text.includes(secret), `${secret} in ${where}`).toBe(false)
  expect(text.replaceAll(SENSOR_READY, '').match(SLOT_MEMBER)?.[0], `a slot in ${where}`).toBeUndefined()
}

/** Before the agent starts: it deletes the templates of people who are not on the list. */
function provision(dataDir: string): void {
  const run = (...argv: string[]) => admin(dataDir, ...argv)
  const until = ['--until', new Date(Date.now() + 86_400_000).toISOString()]
  run('device', 'add', 'door', door, '--name', 'Ruang Komando')
  run('person', 'add', 'asn-0001', '--name', 'Dayang Suryani, NIP 198702032010012003')
  run('person', 'add', 'asn-0002', '--name', 'Uray Hendri')
  run('schedule', 'add', 'regu', '--hours', 'daily 00:00-24:00', '--name', 'Jam Regu Malam', '--holidays', 'on')
  run('holiday', 'add', '2026-11-29', '--name', 'Libur Rahasia')
  run('assign', 'asn-0001', door, '--schedule', 'regu', '--letter', '800.1.11.1/7/DISKOMINFO-RAHASIA')
  run('assign', 'asn-0002', door)
  run('person', 'roles', 'asn-0001', 'escort')
  run('visitor', 'add', 'tamu-0001', door, '--name', 'Tamu Terhormat', ...until)
}

async function command(siaga: Siaga, body: object): Promise<string> {
  const response = await fetch(`${siaga.httpUrl}/api/v1/doors/${door}/commands`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  })
  return await response.text()
}

/** Touches and lifts as the door asks, until the enrolment has its last word. */
async function enrol(siaga: Siaga, { sensor }: Door, person: string, finger: string): Promise<string> {
  const before = siaga.rows('reply').length
  const asked = command(siaga, { kind: 'enrol', person, finger: 'kanan-telunjuk', reason: 'pegawai baru' })
  const replies = () =>
    siaga
      .rows('reply')
      .slice(before)
      .map(({ payload }) => JSON.parse(payload))
  let seen = 0
  const last = () => {
    for (const { step } of replies().slice(seen)) {
      seen += 1
      if (step === 'touch') sensor.press(finger)
      else sensor.lift()
    }
    return replies().some(({ result }) => result === 'done' || result === 'refused')
  }
  await until('the last word of the enrolment', last, WAIT_MS)
  await until('the enrolment on record', () => doorRecords(siaga, 'enrolled', 'enrol.failed').length > 0, WAIT_MS)
  sensor.lift()
  return await asked
}

/** Every file of the data directory but those that hold names (core.db) and slots (the door's own, and its sensor's). */
function filesOf(dataDir: string): { path: string; text: string }[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(core\.db|door\.db)/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }))
}

async function everythingIn(influxUrl: string): Promise<string> {
  const ask = async (q: string) => {
    const response = await fetch(`${influxUrl}/query?${new URLSearchParams({ db: 'siaga', q })}`, { method: 'POST' })
    return await response.text()
  }
  const questions = ['SELECT * FROM /.*/', 'SHOW SERIES', 'SHOW FIELD KEYS', 'SHOW TAG KEYS']
  return (await Promise.all(questions.map(ask))).join('\n')
}

describeWith(['influxdb'], 'privacy', () => {
  it('no name, NIP, letter, slot or template leaves the files that hold them', async () => {
    const influx = await startInflux()
    let settings: Readonly<Record<string, string>> = {}
    const siaga = await startSiaga({ brokerEnv: () => debug, serverEnv: () => settings })
    const tap = await openWireTap(siaga.mqttPort)
    settings = { ...debug, SIAGA_DEMO: '1', SIAGA_MQTT_URL: tap.url, SIAGA_INFLUX_URL: influx.url }
    await siaga.server.stop()
    await siaga.server.start()
    provision(siaga.dataDir)
    const tokens = registerApps(siaga.dataDir, [{ id: 'simrs', intervalS: 5, graceS: 5 }])
    await startBeating(tap.url, tokens.values())
    const agent = await startDoor({ ...siaga, mqttUrl: tap.url }, { id: door, fingers, env: debug })
    await doorTold(siaga, door)
    const answers: string[] = []

    expect(await touch(siaga, agent, 'template-of-tamu')).toMatchObject({ reason: 'escort-needed' })
    expect(await touch(siaga, agent, 'template-of-dayang')).toMatchObject({ kind: 'granted', person: 'asn-0001' })
    expect(await touch(siaga, agent, 'template-of-stranger')).toMatchObject({ reason: 'not-found' })
    answers.push(await enrol(siaga, agent, 'asn-0002', 'template-of-uray'))
    expect(doorRecords(siaga, 'enrolled')).toMatchObject([{ person: 'asn-0002' }])
    expect(await touch(siaga, agent, 'template-of-uray')).toMatchObject({ kind: 'granted', person: 'asn-0002' })
    for (const kind of ['unlock', 'lockdown', 'release-lockdown']) {
      answers.push(await command(siaga, { kind, reason: 'latihan bulanan' }))
    }
    expect(doorRecords(siaga, 'command').length).toBeGreaterThanOrEqual(4)
    answers.push(await command(siaga, { kind: 'delete', person: 'asn-0002', reason: 'pindah tugas' }))
    await until('a deletion on record', () => doorRecords(siaga, 'template.deleted').length > 0, WAIT_MS)
    admin(siaga.dataDir, 'unassign', 'asn-0001', door)
    await until('a deletion by the list', () => doorRecords(siaga, 'template.deleted').length > 1, WAIT_MS)
    await until('doors in InfluxDB', async () => (await everythingIn(influx.url)).includes('template.deleted'), WAIT_MS)
    for (const path of ['/api/v1/status', '/metrics', '/api/v1/series?measurement=door&fn=count&by=kind']) {
      answers.push(await (await fetch(`${siaga.httpUrl}${path}`)).text())
    }
    await agent.agent.stop()
    await siaga.server.stop()

    const wire = tap.text()
    const crossed = [
      'heartbeat',
      'access',
      'command',
      'challenge',
      'reply',
      'events',
      'state',
      'status',
      'acknowledged',
      'pulse',
    ]
    for (const topic of crossed) expect(wire, `nothing of ${topic} was seen`).toContain(`/${topic}`)
    expect(channelNames.length - crossed.length, 'a channel is new: is it seen here?').toBe(4) // those of vantages
    expectNothingIn('MQTT', wire)
    const points = await everythingIn(influx.url)
    expect(points).toContain('granted')
    expectNothingIn('InfluxDB', points)
    expect(points).not.toMatch(/asn-000|tamu-000/)
    const files = filesOf(siaga.dataDir)
    for (const name of ['journal.db', 'outbox.db', 'series.db']) {
      expect(
        files.some(({ path }) => path.endsWith(name)),
        `no ${name} was read`,
      ).toBe(true)
    }
    for (const { path, text } of files) expectNothingIn(path, text)
    for (const process of [siaga.broker, siaga.server, agent.agent]) {
      expect(process.lines.length).toBeGreaterThan(0)
      expect(process.lines.length, 'older lines of a log are gone').toBeLessThan(2_000)
      expectNothingIn('a log', process.lines.join('\n'))
    }
    expectNothingIn('the answers of the server', answers.join('\n'))
    // The search finds what is there.
    expect(() => expectNothingIn('core.db', coreDb(siaga.dataDir))).toThrow('Dayang Suryani in core.db')
    expect(() => expectNothingIn('a message', '{"person":"asn-0001","slot":7}')).toThrow('a slot in a message')
  })
})

function coreDb(dataDir: string): string {
  const names = readdirSync(dataDir).filter((name) => name.startsWith('core.db'))
  return names.map((name) => readFileSync(join(dataDir, name), 'latin1')).join('\n')
}
