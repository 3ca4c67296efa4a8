/** Sockets that never finish their TLS handshake keep nobody from the pages, and no screen from its live socket. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { io } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import { selfSigned } from '../harness/certificate.ts'
import type { LiveClient } from '../harness/login.ts'
import { startSiaga } from '../harness/siaga.ts'
import { openSilently } from '../harness/silent-crowd.ts'
import { until } from '../harness/until.ts'

const CONNECTIONS_MAX = 4_000
/** 10 s, and what thousands that end together take on a busy machine. */
const ENDED_WITHIN_MS = 30_000

it('a page comes and a screen goes on beside more silent sockets than there are places', async () => {
  const { certFile, keyFile } = await selfSigned()
  const { httpUrl } = await startSiaga({
    serverEnv: () => ({ SIAGA_HTTP_CERT_FILE: certFile, SIAGA_HTTP_KEY_FILE: keyFile }),
  })
  const [port, ca] = [Number(new URL(httpUrl).port), readFileSync(certFile)]
  const get = async (path: string) => {
    const asked = request({ host: 'localhost', family: 4, port, path, ca, agent: false }).end()
    const [response] = await once(asked, 'response')
    response.resume()
    return response.statusCode as number
  }
  // Of the crowd's own address, and there before it: the first that would have to give way.
  const agent = new Agent({ localAddress: '127.0.0.2', ca })
  const screen: Pick<LiveClient, 'on' | 'connected' | 'disconnect'> = io(`https://localhost:${port}/live`, {
    ...{ transports: ['websocket'], reconnection: false, forceNew: true, agent: agent as never },
  })
  let pulses = 0
  screen.on('pulse', () => {
    pulses += 1
  })
  onTestFinished(() => void screen.disconnect())
  await until('the screen to be live', () => pulses > 0)
  const crowd = await openSilently(port, CONNECTIONS_MAX + 500)
  await until('places to be given away', () => crowd.open() < CONNECTIONS_MAX)
  const startedMs = performance.now()
  expect(await get('/api/v1/status')).toBe(200)
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  const before = pulses
  await until('the screen to hear on', () => pulses > before)
  await until('the silent ones to be ended', () => crowd.open() === 0, ENDED_WITHIN_MS)
  expect(screen.connected).toBe(true)
})
