/**
 * A door agent in this process, connected to a real broker over a cable that can be cut: its sensor on a pseudo-terminal
 * that can be pulled, its lines over a socket.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AgentRecord } from '#contract/record.ts'
import { silentLog } from '#runtime/log.ts'
import { readSettings } from '#runtime/settings.ts'
import { type DoorParts, startDoor } from '../../edge/app.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots } from '../../edge/door/slots.ts'
import { doorDirectory } from '../../edge/door-directory.ts'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator, type SimulatorOptions } from '../../edge/fingerprint/simulator.ts'
import { doorShape } from '../../edge/settings.ts'
import { startTestBroker, type TestBroker } from './broker.ts'
import { openCable } from './cable.ts'
import { openLines } from './offline-door.ts'
import { temporaryDirectory } from './temporary.ts'
import { until } from './until.ts'

export const door = 'ruang-komando'
const keys = generateKeyPairSync('ed25519')
const library = [[5, 'template-of-siti']] as const
export const siti = { person: 'p-siti', from: 0, until: null }

/** Signed by the server's key, or by another. */
export function accessList(version: number, people: object[], key: KeyObject = keys.privateKey) {
  const body = JSON.stringify({ door, version, issuedAt: 1, people })
  return JSON.stringify({ body, signature: sign(null, Buffer.from(body), key).toString('base64') })
}

/** A sensor whose cable can be pulled and put back: the path is a link to the pseudo-terminal of the moment. */
function openSensor(path: string) {
  const plug = (flash: Pick<SimulatorOptions, 'library' | 'notepad'>) => {
    const pty = openPty()
    rmSync(path, { force: true })
    symlinkSync(pty.path, path)
    return { pty, simulator: createSensorSimulator(pty.stream, flash) }
  }
  let current = plug({ library })
  const pull = () => {
    current.simulator.close()
    current.pty.close()
  }
  onTestFinished(pull)
  const looks = () => current.simulator.received.filter((each) => each === instructions.captureImage).length
  return {
    get simulator() {
      return current.simulator
    },
    /** Takes the finger away and waits until the agent has seen that. */
    lift: async () => {
      const before = looks()
      current.simulator.lift()
      await until('a look at the empty glass', () => looks() >= before + 2)
    },
    pull,
    /** The same sensor, or one with another flash. */
    plug: (flash: Pick<SimulatorOptions, 'library' | 'notepad'> = current.simulator) => {
      current = plug(flash)
    },
  }
}

export async function openConnectedDoor() {
  const broker = await startTestBroker()
  const cable = await openCable(broker.port)
  const dataDir = temporaryDirectory()
  const directory = doorDirectory(dataDir, door)
  const store = openDoorStore(join(directory, 'door.db'))
  createSlots(store).assign({ slot: 5, person: 'p-siti', finger: 'kanan-telunjuk' })
  store.close()
  const sensor = openSensor(join(dataDir, 'sensor'))
  const { username, password } = broker.credentials.issue({ role: 'door', id: door })
  const settings = readSettings(doorShape, {
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: join(dataDir, 'sensor'),
    SIAGA_GPIO: 'simulated',
    SIAGA_GPIO_SIMULATED_SOCKET: join(dataDir, 'gpio.sock'),
    SIAGA_MQTT_URL: cable.url,
    SIAGA_MQTT_USERNAME: username,
    SIAGA_MQTT_PASSWORD: password,
    SIAGA_COMMAND_KEY: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  })
  const start = async (parts: Partial<DoorParts> = {}) => {
    const agent = await startDoor(settings, { log: silentLog, random: () => 0, ...parts })
    let open = true
    const close = async () => {
      if (open) await agent.close()
      open = false
    }
    onTestFinished(close)
    const lines = await openLines(join(dataDir, 'gpio.sock'))
    return { close, lines: { strikes: lines.of('strike'), drive: lines.drive } }
  }
  const server = await broker.connect({ role: 'server', id: 'main' })
  const assign = async (version: number, ...people: object[]) => {
    await server.publishAsync(`siaga/v1/doors/${door}/access`, accessList(version, people), { qos: 1, retain: true })
    await until(`access list ${version}`, () => stateOf(broker)?.accessVersion === version)
  }
  /** Given as the server gives it. @returns the door's last word */
  const command = async (id: string, request: object) => {
    const topic = `siaga/v1/doors/${door}/command`
    await until('the door online', () => payloads(broker, 'doorStatus').at(-1)?.online)
    await server.publishAsync(topic, JSON.stringify({ id, kind: 'challenge' }), { qos: 1 })
    const of = (channel: string) => payloads(broker, channel).find((each) => each.id === id)
    const { nonce } = await until('the challenge', () => of('challenge'))
    const body = JSON.stringify({ id, door, nonce, actor: 'demo', reason: 'pemeriksaan', ...request })
    const signature = sign(null, Buffer.from(body), keys.privateKey).toString('base64')
    await server.publishAsync(topic, JSON.stringify({ body, signature }), { qos: 1 })
    return until('the reply', () => of('reply'))
  }
  return { broker, cable, sensor, start, server, assign, command, outboxPath: join(directory, 'outbox.db') }
}

export const payloads = (broker: TestBroker, channel: string) =>
  broker.rows().flatMap((row) => (row.channel === channel ? [JSON.parse(row.payload)] : []))
export const events = (broker: TestBroker): AgentRecord[] => payloads(broker, 'doorEvents')
export const stateOf = (broker: TestBroker) => payloads(broker, 'doorState').at(-1)
export const arrived = (broker: TestBroker, kind: string, count = 1) =>
  until(`${count} × ${kind}`, () => events(broker).filter((event) => event.kind === kind)[count - 1])
