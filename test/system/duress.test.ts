/** A call for help stays silent: in the journal at once, and nowhere that whoever forced the door open could see. */
import { io } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import { DoorState } from '#contract/door.ts'
import { doorRecords, doorTold, touch } from '../harness/access.ts'
import { startDoor } from '../harness/door.ts'
import { admin, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-komando'
const WAIT_MS = 30_000

/** Everything that a screen hears, as text. */
function openScreen(httpUrl: string) {
  const heard: string[] = []
  const socket = io(`${httpUrl}/live`, { transports: ['websocket'] })
  socket.onAny((...event: unknown[]) => heard.push(JSON.stringify(event)))
  onTestFinished(() => void socket.close())
  return { heard, granted: () => heard.filter((event) => event.includes('"granted"')).length }
}

it('a duress finger opens as any other; no screen, no answer and no metric tells it, after a restart too', async () => {
  const siaga = await startSiaga()
  admin(siaga.dataDir, 'device', 'add', 'door', door)
  admin(siaga.dataDir, 'person', 'add', 'asn-0001', '--name', 'Sari')
  admin(siaga.dataDir, 'assign', 'asn-0001', door)
  const agent = await startDoor(siaga, {
    id: door,
    fingers: [{ slot: 1, person: 'asn-0001', finger: 'jari-terpaksa', duress: true }],
  })
  await doorTold(siaga, door)
  const screen = openScreen(siaga.httpUrl)
  await until('the snapshot', () => screen.heard.length > 0, WAIT_MS)

  expect(await touch(siaga, agent, 'jari-terpaksa')).toMatchObject({ kind: 'granted', duress: true })
  await until('the strike', () => agent.strike.includes(1), WAIT_MS)
  await until(
    'the alarm on record',
    () => doorRecords(siaga, 'alarm.raised').some((r) => r['alarm'] === 'duress'),
    WAIT_MS,
  )
  const told = () => DoorState.parse(JSON.parse(siaga.rows('doorState').at(-1)?.payload ?? '{}'))
  await until('the alarm in the state', () => told().alarms.includes('duress'), WAIT_MS)
  await until('the grant on the screen', () => screen.granted() > 0, WAIT_MS)
  await until('the door locked again', () => doorRecords(siaga, 'locked', 'unopened').length > 0, WAIT_MS)
  // A later event on the screen: every row before it has passed the feed.
  const afterwards = siaga.rows('doorEvents').at(-1)?.id ?? 0
  await until(
    'all of it on the screen',
    () => screen.heard.some((event) => event.includes(`"id":${afterwards}`)),
    WAIT_MS,
  )

  const [shown] = (await siaga.status()).doors
  expect(shown).toMatchObject({ id: door, alarms: [] })
  expect(JSON.stringify(shown)).not.toContain('alarm.raised')
  const late = openScreen(siaga.httpUrl)
  await until('a snapshot afterwards', () => late.granted() > 0, WAIT_MS)
  expect(await siaga.server.stop()).toBe(0)
  await siaga.server.start()
  const restarted = openScreen(siaga.httpUrl)
  await until('a snapshot after a restart', () => restarted.granted() > 0, WAIT_MS)

  const everywhere = [...screen.heard, ...late.heard, ...restarted.heard, ...siaga.server.lines, ...siaga.broker.lines]
  for (const path of ['/api/v1/status', '/metrics', '/readyz']) {
    everywhere.push(await (await fetch(`${siaga.httpUrl}${path}`)).text())
  }
  expect(everywhere.join('\n')).not.toMatch(/duress/i)
  expect(agent.agent.lines.join('\n')).not.toMatch(/duress/i)
})
