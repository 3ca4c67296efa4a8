/** Sockets that never finish their handshake keep no device out: at the broker as a process, with TLS. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { connectAsync } from 'mqtt'
import { expect, it, onTestFinished } from 'vitest'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { selfSigned } from '../harness/certificate.ts'
import { testProcess } from '../harness/process.ts'
import { openSilently } from '../harness/silent-crowd.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const CONNECTIONS_MAX = 1_500
/** 10 s, and what many that end together take on a busy machine. */
const ENDED_WITHIN_MS = 30_000

type Kind = 'tls' | 'websocket'

async function startTlsBroker() {
  const { certFile, keyFile } = await selfSigned()
  const dataDir = temporaryDirectory()
  let ports: Partial<Record<Kind, number>> = {}
  const broker = testProcess({
    name: 'broker',
    args: ['broker/main.ts'],
    env: () => ({
      ...{ SIAGA_DATA_DIR: dataDir, SIAGA_MQTT_PORT: '0', SIAGA_MQTTS_PORT: '0', SIAGA_MQTT_WS_PORT: '0' },
      ...{ SIAGA_MQTT_CERT: certFile, SIAGA_MQTT_KEY: keyFile },
      SIAGA_MQTT_CONNECTIONS: String(CONNECTIONS_MAX),
    }),
    ready: 'broker ready',
    onReady(line) {
      const { endpoints } = JSON.parse(line) as { endpoints: string[] }
      ports = Object.fromEntries(endpoints.map((one) => one.split(':')).map(([kind, port]) => [kind, Number(port)]))
    },
  })
  await broker.start()
  const credentials = openCredentials(dataDir)
  onTestFinished(() => credentials.close())
  const { username, password } = credentials.issue({ role: 'door', id: 'a' })
  return { pid: broker.pid, ports, ca: readFileSync(certFile), login: { username, password } }
}

it.each([
  { kind: 'tls', scheme: 'mqtts' },
  { kind: 'websocket', scheme: 'wss' },
] as const)(
  'a device logs in by $scheme beside more silent sockets than there are places',
  async ({ kind, scheme }) => {
    const { ports, ca, login } = await startTlsBroker()
    const port = ports[kind] ?? 0
    const crowd = await openSilently(port, CONNECTIONS_MAX + 500)
    await until('places to be given away', () => crowd.open() <= CONNECTIONS_MAX)
    const startedMs = performance.now()
    const options = { ...login, ca, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 5_000 } as const
    const device = await connectAsync(`${scheme}://localhost:${port}`, options, false)
    onTestFinished(() => device.endAsync(true))
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    await until('the silent ones to be ended', () => crowd.open() === 0, ENDED_WITHIN_MS)
    expect(device.connected).toBe(true)
  },
)

it('whoever sends no CONNECT or no whole request behind the TLS handshake is ended after 10 s', async () => {
  const { ports, ca } = await startTlsBroker()
  const open = (port = 0) => {
    const socket = connectTls({ port, host: 'localhost', ca })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined).resume()
    return socket
  }
  const [device, screen] = [open(ports.tls), open(ports.websocket)]
  await Promise.all([device, screen].map((socket) => once(socket, 'secureConnect')))
  const startedMs = performance.now()
  screen.write('GET / HTTP/1.1\r\n')
  await until('both to be ended', () => device.destroyed && screen.destroyed, 13_000)
  expect(performance.now() - startedMs).toBeGreaterThan(9_000)
})
