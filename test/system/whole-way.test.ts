/** The whole way, once: finger → door → MQTT → journal → InfluxDB → wall, every part a real process. */
import { expect, test } from 'vitest'
import { AgentRecord } from '#contract/record.ts'
import { openWall, startBrowser } from '../harness/browser.ts'
import { type Door, doorReady, startDoor } from '../harness/door.ts'
import { startInflux } from '../harness/influxd.ts'
import { admin, type Siaga, startSiaga } from '../harness/siaga.ts'
import { describeWith } from '../harness/system-packages.ts'
import { until } from '../harness/until.ts'

const WAIT_MS = 30_000
const door = 'komando'
const name = 'Dayang Suryani'
const enrolled = { slot: 7, person: 'p-0007', finger: 'dayang-kanan-telunjuk' }
/** On the sensor once, and not on the list any more. */
const dismissed = { slot: 9, person: 'p-0009', finger: 'mantan-kiri-jempol' }

function records(siaga: Siaga, kind: string): AgentRecord[] {
  return siaga
    .rows('doorEvents')
    .map((row) => AgentRecord.parse(JSON.parse(row.payload)))
    .filter((record) => record.kind === kind)
}

/** Lays a finger on the glass until the door has decided about it. */
async function touch(siaga: Siaga, { sensor, lift }: Door, finger: string): Promise<AgentRecord> {
  const decisions = () => [...records(siaga, 'granted'), ...records(siaga, 'denied')]
  const before = decisions().length
  sensor.press(finger)
  await until(`a decision about ${finger}`, () => decisions().length > before, WAIT_MS)
  await lift()
  const [newest] = decisions().sort((a, b) => b.seq - a.seq)
  if (!newest) throw new Error('no decision')
  return newest
}

describeWith(['influxdb', 'chromium'], 'the whole way', () => {
  test('a finger opens the door and is seen in journal, InfluxDB and on the wall; others stay out', async () => {
    const browser = await startBrowser()
    const influx = await startInflux()
    const siaga = await startSiaga({ serverEnv: () => ({ SIAGA_INFLUX_URL: influx.url }) })
    // Before the agent starts: it deletes the templates of people who are not on the list.
    admin(siaga.dataDir, 'device', 'add', 'door', door)
    admin(siaga.dataDir, 'person', 'add', enrolled.person, '--name', name)
    admin(siaga.dataDir, 'assign', enrolled.person, door)
    const agent = await startDoor(siaga, { id: door, fingers: [enrolled, dismissed] })
    await doorReady(siaga, door, enrolled.person)
    const wall = await openWall(browser, siaga.httpUrl)
    const counted = async (kind: string) =>
      Number((await influx.query(`SELECT count("count") FROM "door" WHERE "kind" = '${kind}'`))[0]?.[1] ?? 0)

    expect(await touch(siaga, agent, enrolled.finger)).toMatchObject({ kind: 'granted', person: enrolled.person })
    await until('the strike released and locked again', () => agent.strike.join() === '0,1,0', WAIT_MS)
    const seen = (words: string) => () => wall.shows('door', door).includes(words)
    await until('the grant on the wall', seen('Akses diberikan'), WAIT_MS)
    await until('one grant in InfluxDB', async () => (await counted('granted')) === 1, WAIT_MS)

    expect(await touch(siaga, agent, 'jari-orang-asing')).toMatchObject({ kind: 'denied', reason: 'not-found' })
    await until('the stranger on the wall', seen('Sidik jari tidak dikenal'), WAIT_MS)
    await until('the template deleted', () => records(siaga, 'template.deleted').length === 1, WAIT_MS)
    expect(await touch(siaga, agent, dismissed.finger)).toMatchObject({ kind: 'denied', reason: 'not-found' })
    await until('two denials in InfluxDB', async () => (await counted('denied')) === 2, WAIT_MS)

    expect(agent.strike.join()).toBe('0,1,0')
    expect(records(siaga, 'granted')).toHaveLength(1)
    expect(await counted('granted')).toBe(1)
    const told = siaga.reader.readAfter(0, 100_000).map(({ payload }) => payload)
    for (const secret of [name, enrolled.finger, '"slot"']) expect(told.join('\n')).not.toContain(secret)
  })
})
