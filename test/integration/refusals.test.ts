/** Whoever tries to go around a rule of the broker stands in its log: where from, as whom, why; and of many how many. */
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { mqttClient } from '../harness/mqtt.ts'
import { pingPacket, WireClient } from '../harness/mqtt-wire.ts'
import { registerApps, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const Refusal = z.looseObject({ msg: z.string(), count: z.int().default(1) })

it('a wrong token, bytes that are no login, and a topic of others', async () => {
  const siaga = await startSiaga()
  const credentials = registerApps(siaga.dataDir, [{ id: 'simrs', intervalS: 60, graceS: 10 }])
  const logged = (words: string) =>
    siaga.broker.lines.filter((line) => line.includes(words)).map((line) => Refusal.parse(JSON.parse(line)))
  const [address, user] = ['127.0.0.1', 'door:komando']
  const guess = mqttClient(siaga.mqttUrl, { username: user, password: 'x'.repeat(43) })
  await expect(guess).rejects.toMatchObject({ code: 4 })
  const first = await until('the first at once', () => logged('connection refused').at(0))
  expect(first).toMatchObject({ msg: 'connection refused', address, user, reason: 'bad user name or password' })

  for (let tries = 0; tries < 3; tries += 1) {
    const client = new WireClient(siaga.mqttPort)
    onTestFinished(() => client.destroy())
    client.send(pingPacket)
    await client.expectClose()
  }
  const topic = 'siaga/v1/doors/komando/state'
  const intruder = await mqttClient(siaga.mqttUrl, { ...credentials.get('simrs') })
  intruder.publish(topic, '{}', { qos: 1 })
  await until('the intruder to be cut', () => !intruder.connected)
  await until('a breach in the log', () => logged('publish refused').length === 1)
  expect(logged('publish refused')).toMatchObject([{ topic, client: expect.stringMatching(/^app:simrs\//) }])

  // What was not told one by one is told as a sum, at the latest at its end.
  await siaga.broker.stop()
  const told = logged('connection refused')
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(4)
  expect(told.at(-1)).toMatchObject({ last: { address, reason: expect.stringMatching(/first packet/) } })
})
