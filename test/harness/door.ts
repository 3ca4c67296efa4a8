/** A door: its agent as a process of its own, a simulated fingerprint module on a PTY, and hands on its lines. */
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { DoorState } from '#contract/door.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots, type SlotOwner } from '../../edge/door/slots.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator, type SensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { openAdmin } from '../../server/admin/admin.ts'
import { type TestProcess, testProcess } from './process.ts'
import { admin, adminCredential, type Siaga } from './siaga.ts'
import { until } from './until.ts'

export interface Door {
  /** Of its MQTT identity. */
  readonly password: string
  readonly agent: TestProcess
  readonly sensor: SensorSimulator
  /** Every level the simulated strike was seen to have, oldest first; empty on other lines. */
  readonly strike: readonly number[]
  /** Takes the finger away, and waits until the reader has seen that. */
  lift(): Promise<void>
}

export interface DoorPlan {
  readonly id: string
  /** Whose finger is in which slot; the template is the finger's name. */
  readonly fingers: readonly SlotOwner[]
  /** Further settings of the agent. */
  readonly env?: Readonly<Record<string, string>>
  /** Lines of a kernel's class; simulated in the agent when left out. */
  readonly lines?: DoorHardware
}

export interface DoorHardware {
  /** Words that start a program where the lines are. */
  readonly within: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

/** The server issues the list within a second, the agent finds its sensor within two; the rest is a busy machine. */
const READY_MS = 60_000

const PublicKey = z.object({ publicKey: z.string() })

/** Adds the door, enrols the fingers at its sensor and at its edge, and starts its agent. */
export async function startDoor(
  siaga: Pick<Siaga, 'dataDir' | 'mqttUrl'>,
  { id, fingers, lines, env }: DoorPlan,
): Promise<Door> {
  const { dataDir } = siaga
  const { password } = adminCredential(dataDir, 'device', 'add', 'door', id)
  const { publicKey } = PublicKey.parse(admin(dataDir, 'command-key'))
  enrol(dataDir, id, fingers)
  const pty = openPty()
  const sensor = createSensorSimulator(pty.stream, { library: fingers.map(({ slot, finger }) => [slot, finger]) })
  onTestFinished(() => {
    sensor.close()
    pty.close()
  })
  const socket = join(dataDir, 'gpio.sock')
  const agent = testProcess({
    name: 'door agent',
    args: ['edge/door-main.ts'],
    within: lines?.within ?? [],
    env: () => ({
      SIAGA_DATA_DIR: dataDir,
      SIAGA_DOOR: id,
      SIAGA_SENSOR: pty.path,
      SIAGA_GPIO: 'simulated',
      SIAGA_GPIO_SIMULATED_SOCKET: socket,
      SIAGA_STRIKE_PULSE_MS: '1000',
      SIAGA_MQTT_URL: siaga.mqttUrl,
      SIAGA_MQTT_PASSWORD: password,
      SIAGA_COMMAND_KEY: publicKey,
      ...lines?.settings,
      ...env,
    }),
    ready: 'door agent ready',
  })
  await agent.start()
  return { password, agent, sensor, strike: lines ? [] : watchStrike(socket), lift: () => liftSeen(pty.stream, sensor) }
}

/** A command may come in two parts, so these are at least two commands: one of them was answered after the lift. */
const PARTS_SEEN = 4

async function liftSeen(stream: Duplex, sensor: SensorSimulator): Promise<void> {
  let parts = 0
  const count = () => {
    parts += 1
  }
  sensor.lift()
  stream.on('data', count)
  await until('the reader looking at the empty glass', () => parts >= PARTS_SEEN, READY_MS)
  stream.off('data', count)
}

/** Ready to decide: it has its sensor, and a list from the server that admits the person. */
export async function doorReady(siaga: Siaga, id: string, person: string): Promise<void> {
  const provisioning = openAdmin(siaga.dataDir)
  onTestFinished(() => provisioning.close())
  await until(
    `door ${id} with its sensor and a list with ${person}`,
    () => {
      const newest = siaga.rows('doorState').findLast(({ subject }) => subject === id)
      const state = newest && DoorState.parse(JSON.parse(newest.payload))
      const list = provisioning.access.issuedList(id)
      return list?.content.includes(person) && state?.sensor === 'ready' && state.accessVersion === list.version
    },
    READY_MS,
  )
}

function enrol(dataDir: string, door: string, fingers: readonly SlotOwner[]): void {
  const store = openDoorStore(join(dataDir, 'edge', door, 'door.db'))
  const slots = createSlots(store)
  for (const finger of fingers) slots.assign(finger)
  store.close()
}

const Output = z.object({ line: z.string(), level: z.int() })

/** The agent serves its simulated lines before it says that it is ready. */
function watchStrike(path: string): readonly number[] {
  const levels: number[] = []
  const socket: Socket = createConnection(path)
  onTestFinished(() => void socket.destroy())
  createInterface({ input: socket }).on('line', (text) => {
    const { line, level } = Output.parse(JSON.parse(text))
    if (line === 'strike') levels.push(level)
  })
  return levels
}
