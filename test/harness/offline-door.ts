/** A provisioned door whose broker is nowhere: its agent as a process, its sensor on a PTY, its lines over a socket. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { doorDirectory } from '../../edge/door-directory.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { openOutbox } from '../../edge/outbox/outbox.ts'
import { door, owner, type Provisioned, provision, template } from './provisioned-door.ts'
import { temporaryDirectory } from './temporary.ts'
import { until } from './until.ts'

/** A process needs a second to start, ten on a busy machine. */
export const START_MS = 30_000

export function openOfflineDoor(provisioned?: Provisioned) {
  const dataDir = temporaryDirectory()
  const commandKey = provision(dataDir, provisioned)
  const pty = openPty()
  const simulator = createSensorSimulator(pty.stream, { library: [[owner.slot, template]] })
  onTestFinished(() => pty.close())
  const gpioPath = join(dataDir, 'gpio.sock')
  const env = {
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: pty.path,
    SIAGA_GPIO: 'simulated',
    SIAGA_GPIO_SIMULATED_SOCKET: gpioPath,
    SIAGA_MQTT_URL: 'mqtt://127.0.0.1:9',
    SIAGA_COMMAND_KEY: commandKey,
  }
  const start = (changes: NodeJS.ProcessEnv = {}, program?: readonly string[]) =>
    spawnAgent({ ...env, ...changes }, program)
  /** Everything on record, oldest first. */
  const records = (): Record<string, unknown>[] => {
    const clock = { wallMs: () => 0, monoMs: () => 0 }
    const path = join(doorDirectory(dataDir, door), 'outbox.db')
    const outbox = openOutbox({ path, boot: 'b', clock, clockState: () => 'unset' })
    const found = outbox.readFrom(1, 100).map(({ text }) => JSON.parse(text))
    outbox.close()
    return found
  }
  return {
    directory: doorDirectory(dataDir, door),
    simulator,
    gpioPath,
    start,
    records,
    kinds: () => records().map(({ kind }) => kind),
  }
}

function spawnAgent(env: NodeJS.ProcessEnv, program: readonly string[] = ['edge/door-main.ts']) {
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ready = () => until('the agent', () => log.includes('door agent ready'), START_MS)
  return { child, log: () => log, ready }
}

/** @returns its exit code, null when a signal ended it */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const [code] = await once(child, 'exit')
  return code
}

/** Hands on the lines: every level an output was seen to have, oldest first, and inputs to drive. */
export async function openLines(path: string) {
  const levels = new Map<string, number[]>()
  const socket = createConnection(path)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const of = (line: string) => {
    const seen = levels.get(line) ?? []
    levels.set(line, seen)
    return seen
  }
  const listeners: ((line: string, level: number) => void)[] = []
  createInterface({ input: socket }).on('line', (text) => {
    const { line, level } = JSON.parse(text)
    of(line).push(level)
    for (const listener of listeners) listener(line, level)
  })
  return {
    of,
    drive: (line: string, level: 0 | 1) => void socket.write(`${JSON.stringify({ line, level })}\n`),
    onOutput: (listener: (line: string, level: number) => void) => void listeners.push(listener),
  }
}
