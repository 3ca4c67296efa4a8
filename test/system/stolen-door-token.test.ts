/** Somebody has a door's token and lies about its access list: the door still gets every list that follows. */
import { expect, it } from 'vitest'
import { ACCESS_VERSION_MAX } from '#contract/identifiers.ts'
import { doorTold, touch } from '../harness/access.ts'
import { doorReady, startDoor } from '../harness/door.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { admin, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-komando'
const person = 'asn-0001'
const WAIT_MS = 60_000

it('is not believed, is an alarm, and takes no list away from the door', async () => {
  const siaga = await startSiaga()
  admin(siaga.dataDir, 'device', 'add', 'door', door)
  admin(siaga.dataDir, 'person', 'add', person, '--name', 'Dayang Suryani')
  admin(siaga.dataDir, 'assign', person, door)
  const real = await startDoor(siaga, { id: door, fingers: [{ slot: 1, person, finger: 'jari-asn' }] })
  await doorReady(siaga, door, person)
  expect(await touch(siaga, real, 'jari-asn')).toMatchObject({ kind: 'granted', person })
  const newestState = () => JSON.parse(siaga.rows('doorState').at(-1)?.payload ?? '{}')
  const alarms = async () => (await siaga.status()).doors.find(({ id }) => id === door)?.alarms

  await real.agent.kill()
  const forged = { ...newestState(), accessVersion: ACCESS_VERSION_MAX }
  const thief = await mqttClient(siaga.mqttUrl, { username: `door:${door}`, password: real.password })
  await thief.publishAsync(`siaga/v1/doors/${door}/state`, JSON.stringify(forged), { qos: 1, retain: true })
  await until('the alarm', async () => (await alarms())?.includes('list-ahead'), WAIT_MS)
  await thief.endAsync()
  await real.agent.start()
  await until('the end of the alarm', async () => !(await alarms())?.includes('list-ahead'), WAIT_MS)
  expect(siaga.server.lines.filter((line) => line.includes('not believed'))).toHaveLength(1)

  admin(siaga.dataDir, 'unassign', person, door)
  await doorTold(siaga, door)
  expect(await touch(siaga, real, 'jari-asn')).toMatchObject({ kind: 'denied' })

  // The way back for a door whose numbers were used up all the same: each enrolment begins a new series.
  const { accessSeries } = newestState()
  admin(siaga.dataDir, 'device', 'enrol', 'door', door)
  await until('a list of a new series', () => newestState().accessSeries > accessSeries, WAIT_MS)
  expect(newestState()).toMatchObject({ accessVersion: 1 })
})
