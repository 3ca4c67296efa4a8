/**
 * No acknowledged event is lost and none is counted twice (promise 1): broker, server, edge agent and InfluxDB are
 * each killed once while 5,000 numbered events flow.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import { AgentRecord } from '#contract/record.ts'
import { startInflux } from '../harness/influxd.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { type TestProcess, testProcess } from '../harness/process.ts'
import { adminCredential, registerApps, type Siaga, startSiaga } from '../harness/siaga.ts'
import { describeWith } from '../harness/system-packages.ts'
import { until } from '../harness/until.ts'
import { Heard, type OutboxAgentPlan } from './outbox-agent.ts'

const WAIT_MS = 120_000
const HEARTBEATS_PER_APP = 1_000
const RECORDS = 1_000
const door = 'komando'
/** Nobody is judged here. */
const apps = ['satu', 'dua', 'tiga', 'empat'].map((id) => ({ id, intervalS: 3_600, graceS: 60 }))
const HEARTBEATS = apps.length * HEARTBEATS_PER_APP

/** Each client has so many heartbeats under way, and pauses so long after each: 4 clients send some 400 a second. */
const SENDERS_PER_CLIENT = 8
const PAUSE_MS = 80
/** A publish whose connection dropped is never settled by the library, so it is sent again. */
const PUBACK_WITHIN_MS = 3_000

/** Sends the numbers 1 to `last`, each until it is acknowledged, some at once. */
async function sendNumbers(client: MqttClient, topic: string, last: number): Promise<void> {
  const boot = crypto.randomUUID()
  let next = 1
  const send = async (seq: number): Promise<boolean> => {
    if (!client.connected) return false
    const published = client.publishAsync(topic, JSON.stringify({ boot, seq, latencyMs: seq % 100 }), { qos: 1 })
    const settled = published.then(
      () => true,
      () => false,
    )
    return await Promise.race([settled, delay(PUBACK_WITHIN_MS, false)])
  }
  const worker = async () => {
    while (next <= last) {
      const seq = next
      next += 1
      while (!(await send(seq))) await delay(PAUSE_MS)
      await delay(PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: SENDERS_PER_CLIENT }, worker))
}

async function sendHeartbeats(siaga: Siaga): Promise<void> {
  const sending = [...registerApps(siaga.dataDir, apps)].map(async ([id, { username, password }]) => {
    const client = await mqttClient(siaga.mqttUrl, { username, password, reconnectPeriod: 200 })
    await sendNumbers(client, `siaga/v1/apps/${id}/heartbeat`, HEARTBEATS_PER_APP)
  })
  await Promise.all(sending)
}

function startOutboxAgent(siaga: Siaga): TestProcess {
  const { username, password } = adminCredential(siaga.dataDir, 'device', 'add', 'door', door)
  const plan: OutboxAgentPlan = {
    path: join(siaga.dataDir, 'edge', door, 'outbox.db'),
    ...{ door, username, password, url: siaga.mqttUrl, records: RECORDS, everyMs: 50 },
  }
  return testProcess({
    name: 'outbox agent',
    args: ['test/system/outbox-agent.ts', JSON.stringify(plan)],
    env: () => ({}),
    ready: 'outbox agent ready',
  })
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
const byNumber = (a: number, b: number) => a - b

function expectWholeJournal(siaga: Siaga): void {
  const heartbeats = siaga.rows('heartbeat')
  for (const { id } of apps) {
    const numbers = heartbeats.filter(({ subject }) => subject === id).map(({ payload }) => JSON.parse(payload).seq)
    expect(numbers.sort(byNumber), id).toEqual(oneTo(HEARTBEATS_PER_APP))
  }
  const rows = siaga.rows('doorEvents')
  const records = rows.map(({ payload }) => AgentRecord.parse(JSON.parse(payload)))
  expect(records.map(({ seq }) => seq).sort(byNumber)).toEqual(oneTo(RECORDS))
  expect(new Set(records.map(({ journal }) => journal)).size).toBe(1)
  expect(rows.filter(({ fork }) => fork)).toEqual([])
  expect(siaga.reader.quarantined(10)).toEqual([])
  const inOrder = records.sort((a, b) => a.seq - b.seq)
  expect(inOrder.slice(1).map(({ prev }) => prev)).toEqual(inOrder.slice(0, -1).map(({ hash }) => hash))
}

/** Each word that the agent heard was true: all records up to it were in the journal. */
function watermarksOf(agent: TestProcess) {
  return agent.lines.filter((line) => line.startsWith('{"acknowledged"')).map((line) => Heard.parse(JSON.parse(line)))
}

function contiguousRecords(siaga: Siaga): number {
  const seqs = new Set(siaga.rows('doorEvents').map(({ payload }) => AgentRecord.parse(JSON.parse(payload)).seq))
  let last = 0
  while (seqs.has(last + 1)) last += 1
  return last
}

describeWith(['influxdb'], 'kill -9', () => {
  test('of broker, server, edge agent and InfluxDB under 5,000 events loses none and doubles none', async () => {
    const influx = await startInflux()
    let settings: Readonly<Record<string, string>> = { SIAGA_INFLUX_URL: influx.url }
    const siaga = await startSiaga({ serverEnv: () => settings })
    const agent = startOutboxAgent(siaga)
    await agent.start()
    const heartbeats = sendHeartbeats(siaga)
    const events = () => siaga.rows('heartbeat').length + siaga.rows('doorEvents').length
    const rows = (count: number) => until(`${count} events in the journal`, () => events() >= count, WAIT_MS)
    const underWay = () => expect(events(), 'events so far').toBeLessThan(HEARTBEATS + RECORDS)

    await rows(600)
    await siaga.server.kill()
    await rows(1_000)
    await siaga.server.start()
    await rows(1_400)
    await influx.kill()
    await agent.kill()
    expect(watermarksOf(agent).at(-1)?.last, 'records of the killed agent').toBeLessThan(RECORDS)
    await rows(1_800)
    await agent.start()
    await rows(2_400)
    const said = watermarksOf(agent).at(-1)?.acknowledged ?? 0
    await siaga.broker.kill()
    underWay()
    expect(contiguousRecords(siaga)).toBeGreaterThanOrEqual(said)
    await siaga.broker.start()
    await rows(3_000)
    await influx.start()

    await heartbeats
    await rows(HEARTBEATS + RECORDS)
    await until('all records acknowledged', () => watermarksOf(agent).at(-1)?.acknowledged === RECORDS, WAIT_MS)
    expectWholeJournal(siaga)
    const words = watermarksOf(agent).map(({ acknowledged }) => acknowledged)
    expect(words).toEqual(words.toSorted(byNumber))

    const points = async (field: string, measurement: string) =>
      Number((await influx.query(`SELECT count("${field}") FROM "${measurement}"`))[0]?.[1] ?? 0)
    await until('all heartbeats in InfluxDB', async () => (await points('up', 'heartbeat')) >= HEARTBEATS, WAIT_MS)
    await until('all records in InfluxDB', async () => (await points('count', 'door')) >= RECORDS, WAIT_MS)
    expect(await points('up', 'heartbeat')).toBe(HEARTBEATS)
    expect(await points('count', 'door')).toBe(RECORDS)

    expect(await siaga.server.stop()).toBe(0)
    settings = {}
    await siaga.server.start()
    const embedded = (measurement: string) => siaga.count({ measurement })
    const whole = async () =>
      (await embedded('heartbeat')).total >= HEARTBEATS && (await embedded('door')).total >= RECORDS
    await until('all events in the roll-ups', whole, WAIT_MS)
    expect(await embedded('heartbeat')).toEqual({ store: 'embedded', total: HEARTBEATS })
    expect(await embedded('door')).toEqual({ store: 'embedded', total: RECORDS })
  })
})
