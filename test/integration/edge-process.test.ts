import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { createAccessStore } from '../../edge/door/access-store.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots } from '../../edge/door/slots.ts'
import { doorDirectory } from '../../edge/door-directory.ts'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator, type SensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { openOutbox } from '../../edge/outbox/outbox.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-server'
const keys = generateKeyPairSync('ed25519')

/** A door that once got its access list, and whose broker is nowhere. */
function provision(directory: string) {
  const store = openDoorStore(join(directory, 'door.db'))
  createSlots(store).assign({ slot: 5, person: 'p-siti', finger: 'kanan-telunjuk' })
  const body = JSON.stringify({ door, version: 1, issuedAt: 1, people: [{ person: 'p-siti', from: 0, until: null }] })
  const signature = sign(null, Buffer.from(body), keys.privateKey).toString('base64')
  createAccessStore({ store, door, commandKey: keys.publicKey, log: silentLog }).offer({ body, signature })
  store.close()
}

function openBench() {
  const dataDir = temporaryDirectory()
  const directory = doorDirectory(dataDir, door)
  provision(directory)
  const pty = openPty()
  const simulator = createSensorSimulator(pty.stream, { library: [[5, 'siti']] })
  onTestFinished(() => pty.close())
  const gpioPath = join(dataDir, 'gpio.sock')
  const env = {
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: pty.path,
    SIAGA_GPIO: 'simulated',
    SIAGA_GPIO_SIMULATED_SOCKET: gpioPath,
    SIAGA_MQTT_URL: 'mqtt://127.0.0.1:9',
    SIAGA_COMMAND_KEY: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  }
  const start = (changes: NodeJS.ProcessEnv = {}) => spawnDoor({ ...env, ...changes })
  const kinds = () => {
    const clock = { wallMs: () => 0, monoMs: () => 0 }
    const outbox = openOutbox({ path: join(directory, 'outbox.db'), boot: 'b', clock, clockState: () => 'unset' })
    const records = outbox.readFrom(1, 100).map(({ text }) => JSON.parse(text).kind)
    outbox.close()
    return records
  }
  return { simulator, gpioPath, start, kinds }
}

function spawnDoor(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['edge/door-main.ts'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, log: () => log }
}

/** Process ids of the agent's strike guards. */
function guardsOf({ pid }: ChildProcess): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  // A child that is not the guard's program yet keeps its parent waiting for that: stopped then, it would stop the agent.
  return children
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('guard-main'))
    .map(Number)
}

/** Takes the finger away, and lays it on until the door has decided. */
async function touchAgain(simulator: SensorSimulator, finger: string, decided: () => boolean) {
  const looks = () => simulator.received.filter((each) => each === instructions.captureImage).length
  simulator.lift()
  const before = looks()
  await until('a look at the empty glass', () => looks() >= before + 2)
  simulator.press(finger)
  await until('the decision', decided, START_MS)
}

/** A process needs a second to start, ten on a busy machine. */
const START_MS = 30_000
const ready = (log: () => string) => until('the agent', () => log().includes('door agent ready'), START_MS)

async function ended(child: ChildProcess) {
  if (child.exitCode !== null) return child.exitCode
  const [code] = await once(child, 'exit')
  return code
}

async function watchStrike(path: string) {
  const strikes: number[] = []
  const socket = createConnection(path)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  createInterface({ input: socket }).on('line', (line) => strikes.push(JSON.parse(line).level))
  return strikes
}

describe('door process', () => {
  it('has the grant on disk when the strike moves, even if it dies in that moment', async () => {
    const { simulator, gpioPath, start, kinds } = openBench()
    const { child, log } = start()
    await ready(log)
    const strikes = await watchStrike(gpioPath)
    simulator.press('siti')
    await until('the strike', () => strikes.at(-1) === 1)
    child.kill('SIGKILL')
    await ended(child)
    expect(kinds()).toEqual(['started', 'sensor.ready', 'granted'])
    const again = start()
    await ready(again.log)
    expect(await watchStrike(gpioPath).then((levels) => until('a level', () => levels.length && levels))).toEqual([0])
  })

  it('locks and denies while its strike guard is dead, and opens again when the next one is there', async () => {
    const { simulator, gpioPath, start, kinds } = openBench()
    const { child, log } = start()
    await ready(log)
    const strikes = await watchStrike(gpioPath)
    simulator.press('siti')
    await until('the strike', () => strikes.at(-1) === 1)
    const [guard = 0] = guardsOf(child)
    const killedAtMs = performance.now()
    process.kill(guard, 'SIGKILL')
    await until('the strike to lock', () => strikes.at(-1) === 0)
    expect(performance.now() - killedAtMs).toBeLessThan(1_000)
    // The next guard is held before it can say that it is ready, so that the door is without one.
    const [next = 0] = await until(
      'the next guard',
      () => guardsOf(child).some((pid) => pid !== guard) && guardsOf(child),
    )
    process.kill(next, 'SIGSTOP')
    await touchAgain(simulator, 'siti', () => kinds().includes('denied'))
    expect(strikes.at(-1)).toBe(0)
    process.kill(next, 'SIGCONT')
    await until('the end of the alarm', () => kinds().includes('alarm.cleared'), START_MS)
    await touchAgain(simulator, 'siti', () => strikes.at(-1) === 1)
    expect(kinds().slice(2)).toEqual([
      ...['granted', 'unopened', 'locked', 'alarm.raised', 'denied', 'alarm.cleared', 'granted'],
    ])
    expect(log()).toContain('strike guard lost')
  })

  it('locks, says so and ends with 0 on SIGTERM', async () => {
    const { simulator, gpioPath, start, kinds } = openBench()
    const { child, log } = start()
    await ready(log)
    const strikes = await watchStrike(gpioPath)
    simulator.press('siti')
    await until('the strike', () => strikes.at(-1) === 1)
    child.kill('SIGTERM')
    expect(await ended(child)).toBe(0)
    await until('the strike to lock', () => strikes.at(-1) === 0)
    expect(kinds().slice(2)).toEqual(['granted', 'unopened', 'locked'])
    expect(log()).not.toContain('siti')
  })

  it('refuses lines that cannot be had, saying what to do, and a second agent for the same door', async () => {
    const { start } = openBench()
    const unwired = start({ SIAGA_GPIO: 'cdev' })
    expect(await ended(unwired.child)).toBe(78)
    expect(unwired.log()).toContain('needs SIAGA_GPIO_STRIKE and SIAGA_GPIO_CONTACT')
    // Nothing here is the header of a Raspberry Pi, whatever chips this kernel has.
    const cdev = start({ SIAGA_GPIO: 'cdev', SIAGA_GPIO_STRIKE: '17', SIAGA_GPIO_CONTACT: '27' })
    expect(await ended(cdev.child)).toBe(78)
    expect(cdev.log()).toContain('no chip is the header of a Raspberry Pi')
    const first = start()
    await ready(first.log)
    const second = start()
    expect(await ended(second.child)).toBe(1)
    expect(second.log()).toContain('held by another process')
  })
})
