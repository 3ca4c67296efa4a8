/** What an administrator looks at before a token is revoked. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { readLastUses } from '../../broker/identity/last-use.ts'
import { startTestBroker } from '../harness/broker.ts'
import { connectPacket, WireClient } from '../harness/mqtt-wire.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const CONNACK = 2
const MINUTE_MS = 60_000
const WEEKS_MS = 21 * 86_400_000

it('a token is in use for as long as somebody is connected with it, and no longer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const time = { nowMs: Date.parse('2026-11-01T00:00:00Z') }
  const dataDir = temporaryDirectory()
  const broker = await startTestBroker(dataDir, { clock: { ...systemClock, wallMs: () => time.nowMs } })
  const login = async (id: string) => {
    const { username, password } = broker.credentials.issue({ role: 'door', id })
    const client = new WireClient(broker.port)
    onTestFinished(() => client.destroy())
    client.send(connectPacket({ username, password }))
    expect((await client.expect(CONNACK)).body[1]).toBe(0)
    return { client, issue: broker.credentials.authenticateToken(password)?.issue ?? '' }
  }
  const [stays, goes] = [await login('a'), await login('b')]
  const lastUse = (issue: string) => readLastUses(dataDir).get(issue) ?? 0
  const writtenAt = async (nowMs: number) => {
    time.nowMs = nowMs
    vi.advanceTimersByTime(MINUTE_MS)
    await until('the use to be written', () => lastUse(stays.issue) === nowMs)
  }
  goes.client.destroy()
  await until('the broker to see it go', async () => {
    await writtenAt(time.nowMs + MINUTE_MS)
    return lastUse(goes.issue) < time.nowMs
  })
  const goneMs = lastUse(goes.issue)
  await writtenAt(time.nowMs + WEEKS_MS)
  await writtenAt(time.nowMs + MINUTE_MS)
  expect(lastUse(goes.issue)).toBe(goneMs)
})
