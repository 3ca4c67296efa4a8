/** What stands in the log of those who are refused again and again. */
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { readSettings } from '#runtime/settings.ts'
import { startBroker } from '../../broker/app.ts'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { brokerShape } from '../../broker/settings.ts'
import { connectPacket, publishPacket, WireClient } from '../harness/mqtt-wire.ts'
import { temporaryDirectory } from '../harness/temporary.ts'

const BREACHES = 20

it('is the first at once, and the others as a sum', async () => {
  const settings = readSettings(brokerShape, { SIAGA_DATA_DIR: temporaryDirectory(), SIAGA_MQTT_PORT: '0' })
  const lines: { msg: string; count?: number; topic?: string }[] = []
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) })
  const broker = await startBroker(settings, { log })
  const credentials = openCredentials(settings.SIAGA_DATA_DIR)
  onTestFinished(() => credentials.close())
  const { username, password } = credentials.issue({ role: 'app', id: 'a' })
  const topic = 'siaga/v1/apps/b/heartbeat'
  for (let breach = 0; breach < BREACHES; breach++) {
    const client = new WireClient(broker.port)
    client.send(connectPacket({ username, password }), publishPacket({ topic }))
    await client.expectClose()
  }
  await broker.close()
  for (const what of ['publish refused, connection closed', 'client error']) {
    const told = lines.filter(({ msg }) => msg.endsWith(what))
    expect(told.length).toBeLessThan(BREACHES / 2)
    expect(told.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(BREACHES)
  }
  expect(lines.find(({ msg }) => msg.startsWith('publish refused'))?.topic).toBe(topic)
})
