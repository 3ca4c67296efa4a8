/** A door whose token is revoked is cut off without a will: screens show it offline all the same. */
import { io } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import type { Changes, Snapshot } from '#contract/live.ts'
import { mqttClient } from '../harness/mqtt.ts'
import { admin, adminCredential, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const DOOR = 'ruang-komando'
const WITHIN_MS = 2_000

it('is offline on the live feed within two seconds, and stays so with a new token until it says otherwise', async () => {
  const siaga = await startSiaga()
  const first = adminCredential(siaga.dataDir, 'device', 'add', 'door', DOOR)
  const live = io(`${siaga.httpUrl}/live`, { transports: ['websocket'] })
  onTestFinished(() => void live.close())
  let online: boolean | undefined
  const take = (doors: Changes['doors'] = []) => {
    online = doors.find(({ id }) => id === DOOR)?.online ?? online
  }
  live.on('snapshot', ({ doors }: Snapshot) => take(doors))
  live.on('frame', ({ changes }: { changes: Changes }) => take(changes.doors))
  const say = async ({ username, password }: typeof first, connection: number) => {
    const door = await mqttClient(siaga.mqttUrl, { username, password })
    const status = JSON.stringify({ online: true, version: '0.1.0', boot: 'b', connection })
    await door.publishAsync(`siaga/v1/doors/${DOOR}/status`, status, { qos: 1, retain: true })
    await until('online', () => online)
  }
  await say(first, 1)
  const beganMs = performance.now()
  admin(siaga.dataDir, 'revoke', `door:${DOOR}`)
  await until('offline', () => online === false, WITHIN_MS)
  expect(performance.now() - beganMs).toBeLessThan(WITHIN_MS)

  const second = adminCredential(siaga.dataDir, 'device', 'add', 'door', DOOR)
  expect((await siaga.status()).doors).toMatchObject([{ id: DOOR, online: false }])
  await say(second, 2)
})
