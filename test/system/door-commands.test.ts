/** Commands from HTTP to the strike: every process real, in demo mode, where nobody has to log in. */
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { doorReady, startDoor } from '../harness/door.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { admin, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-server'
const Result = z.looseObject({ id: z.string(), result: z.string() })
const Problem = z.looseObject({ status: z.int(), title: z.string() })

async function openBench() {
  const siaga = await startSiaga({ serverEnv: () => ({ SIAGA_DEMO: '1' }) })
  for (const person of ['asn-0001', 'asn-0002']) admin(siaga.dataDir, 'person', 'add', person, '--name', person)
  const fingers = [{ slot: 1, person: 'asn-0001', finger: 'jari-1' }]
  const { agent, sensor, strike } = await startDoor(siaga, { id: door, fingers })
  for (const person of ['asn-0001', 'asn-0002']) admin(siaga.dataDir, 'assign', person, door)
  await doorReady(siaga, door, 'asn-0002')
  const ask = async (path: string, body?: object) => {
    const response = await fetch(`${siaga.httpUrl}/api/v1/doors/${door}/commands${path}`, {
      ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return { status: response.status, answer: await response.json() }
  }
  const events = (kind: string) =>
    siaga.rows('doorEvents').flatMap(({ payload }) => {
      const record = JSON.parse(payload)
      return record.kind === kind ? [record] : []
    })
  return { siaga, agent, sensor, strike, ask, events }
}

it('unlocks by command: journalled first, answered last; a replay, a retained one and one in the air do nothing', async () => {
  const { siaga, agent, strike, ask, events } = await openBench()
  const lockdown = await ask('', { kind: 'lockdown', reason: 'latihan' })
  expect([lockdown.status, Result.parse(lockdown.answer).result]).toEqual([202, 'done'])
  const refused = await ask('', { kind: 'unlock', reason: 'tamu ditunggu' })
  expect(refused).toMatchObject({ status: 202, answer: { result: 'refused', replies: [{ reason: 'lockdown' }] } })
  expect(strike).not.toContain(1)
  const opened = await ask('', { kind: 'unlock', reason: 'petugas pemadam', override: true })
  expect(opened).toMatchObject({ status: 202, answer: { result: 'done' } })
  await until('the strike', () => strike.includes(1))
  await until('the records', () => events('command').length === 3)
  expect(events('command')[2]).toMatchObject({ command: 'unlock', actor: 'demo', override: true })
  const { id } = Result.parse(opened.answer)
  expect(await ask(`/${id}`)).toMatchObject({ status: 200, answer: { result: 'done' } })

  // What crossed the wire is of no further use, to whoever holds the server's own credential.
  const credentials = openCredentials(siaga.dataDir)
  onTestFinished(() => credentials.close())
  const { username, password } = credentials.issue({ role: 'server', id: 'attacker' })
  const attacker = await mqttClient(siaga.mqttUrl, { username, password })
  const topic = `siaga/v1/doors/${door}/command`
  const before = strike.filter((level) => level === 1).length
  await attacker.publishAsync(topic, JSON.stringify({ body: '{}', signature: 'AAAA' }), { qos: 1, retain: true })
  await until('the rejection', () => events('command.rejected').length === 1)
  expect(strike.filter((level) => level === 1)).toHaveLength(before)

  await agent.stop()
  await until('offline', async () => (await siaga.status()).doors.every(({ online }) => !online))
  const offline = await ask('', { kind: 'unlock', reason: 'tamu ditunggu' })
  expect([offline.status, Problem.parse(offline.answer).title]).toEqual([409, 'Door offline'])
})

it('enrols a person at the sensor, step by step, and the finger opens', async () => {
  const { siaga, sensor, ask, events } = await openBench()
  const request = { kind: 'enrol', person: 'asn-0002', finger: 'kanan-telunjuk', reason: 'pegawai baru' }
  const asked = ask('', request)
  const replies = () => siaga.rows('reply').map(({ payload }) => JSON.parse(payload))
  let seen = 0
  await until(
    'the last word',
    () => {
      for (const { step } of replies().slice(seen)) {
        seen += 1
        if (step === 'touch') sensor.press('finger-of-asn-0002')
        else sensor.lift()
      }
      return replies().some(({ result }) => result !== 'progress')
    },
    60_000,
  )
  const { id } = Result.parse((await asked).answer)
  const { answer } = await ask(`/${id}`)
  expect(answer).toMatchObject({ result: 'done', kind: 'enrol' })
  expect(replies()[0]).toMatchObject({ step: 'touch', touch: 1, touches: 5 })
  await until('the record', () => events('enrolled').length === 1)
  expect(events('enrolled')[0]).toMatchObject({ person: 'asn-0002' })
  expect(events('granted')).toEqual([]) // the last touch of the enrolment opens nothing
  sensor.press('finger-of-asn-0002')
  const granted = await until('the grant', () => events('granted')[0])
  expect(granted).toMatchObject({ person: 'asn-0002' })
  const everything = JSON.stringify(siaga.rows('doorEvents')) + JSON.stringify(replies())
  for (const secret of ['slot', 'kanan-telunjuk', 'finger-of']) expect(everything).not.toContain(secret)
})
