/**
 * From the touch to the relay: a door agent as in operation, its broker away, the sensor's touch line wired. What the
 * simulated module works is taken off each touch; the disk's share is one sync of the same run.
 * All of it is scheduled in real time, as the door's unit has it.
 */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { systemClock } from '#runtime/clock.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator, type SensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { door, owner, provision, template } from '../harness/provisioned-door.ts'
import { endProcess, startChild } from './child.ts'
import { startNode } from './node-process.ts'
import type { SyncQuestion } from './processes/sync-probe.ts'
import { takeRealTime } from './real-time.ts'
import type { Report } from './report.ts'
import { temporaryDataDir } from './stack.ts'
import { medianRound, type Quantiles, quantilesOf, round } from './statistics.ts'

const GOAL_MS = 10
const READY = 'door agent ready'
/** The reader sees the empty glass within 0.1 s, and then looks once a second: a touch finds it waiting, as most do. */
const REST_MS = 300
const SYNC_EVERY_MS = 20

export async function decisionLatency(quick: boolean): Promise<Report> {
  const [rounds, touches] = quick ? [1, 20] : [3, 300]
  const dataDir = temporaryDataDir()
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const isRealTime = takeRealTime(cleanup)
  const bench = await openBench(dataDir, cleanup)
  await using probe = startChild<SyncQuestion, number[]>('sync-probe.ts')
  const measured: { own: Quantiles; sync: Quantiles }[] = []
  await bench.touch() // the first one compiles
  for (let index = 0; index < rounds; index += 1) {
    const own: number[] = []
    for (let count = 0; count < touches; count += 1) own.push(await bench.touch())
    const sync = await probe.ask({ directory: dataDir, writes: touches, everyMs: SYNC_EVERY_MS })
    measured.push({ own: quantilesOf(own), sync: quantilesOf(sync) })
  }
  return reportOf(measured, isRealTime)
}

function reportOf(measured: readonly { own: Quantiles; sync: Quantiles }[], isRealTime: boolean): Report {
  const [touch, sync] = [medianRound(measured.map(({ own }) => own)), medianRound(measured.map((each) => each.sync))]
  const ownP99 = touch.p99 - sync.p99
  const row = (name: string, { count, p50, p99, max }: Quantiles) => [name, count, round(p50), round(p99), round(max)]
  return {
    tables: [
      {
        title: `Milliseconds, medians of the rounds, scheduled ${isRealTime ? 'in real time' : 'like everything else: not allowed to do otherwise'}`,
        columns: ['', 'count', 'p50', 'p99', 'max'],
        rows: [row('touch → relay, sensor’s work taken off', touch), row('write 200 B + fsync', sync)],
      },
    ],
    goals: [
      {
        text: `touch → relay without the sensor's time and one sync: p99 ≤ ${GOAL_MS} ms`,
        measured: `${round(ownP99)} ms`,
        met: ownP99 <= GOAL_MS,
      },
    ],
    raw: measured,
  }
}

const Output = z.object({ line: z.string(), level: z.int() })

async function openBench(dataDir: string, cleanup: AsyncDisposableStack) {
  const commandKey = provision(dataDir)
  const pty = cleanup.adopt(openPty(), (each) => each.close())
  const sensor = createSensorSimulator(pty.stream, { library: [[owner.slot, template]] })
  cleanup.defer(() => sensor.close())
  const socketPath = join(dataDir, 'gpio.sock')
  const agent = startNode(['edge/door-main.ts'], {
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: pty.path,
    SIAGA_GPIO: 'simulated',
    SIAGA_GPIO_SIMULATED_SOCKET: socketPath,
    SIAGA_GPIO_TOUCH: '24!',
    SIAGA_MQTT_URL: 'mqtt://127.0.0.1:9',
    SIAGA_COMMAND_KEY: commandKey,
  })
  cleanup.defer(() => endProcess(agent))
  if (!agent.stderr) throw new Error('no standard error')
  for await (const line of createInterface({ input: agent.stderr })) if (line.includes(READY)) break
  agent.stderr.resume()
  const socket = createConnection(socketPath)
  cleanup.defer(() => void socket.destroy())
  await once(socket, 'connect')
  return { touch: toucher(sensor, socket) }
}

/** One visit after the other. The returned function resolves with the time from touch to relay without the sensor's, milliseconds. */
function toucher(sensor: SensorSimulator, socket: Socket): () => Promise<number> {
  let onStrike: (level: number) => void = () => {}
  createInterface({ input: socket }).on('line', (text) => {
    const { line, level } = Output.parse(JSON.parse(text))
    if (line === 'strike') onStrike(level)
  })
  const drive = (line: string, level: 0 | 1) => socket.write(`${JSON.stringify({ line, level })}\n`)
  const strikeAt = (wanted: number) =>
    new Promise<number>((resolve) => {
      onStrike = (level) => level === wanted && resolve(systemClock.monoMs())
    })
  return async () => {
    await delay(REST_MS)
    const released = strikeAt(1)
    const workedMs = sensor.workedMs
    const touchedMs = systemClock.monoMs()
    sensor.press(template)
    drive('touch', 1)
    const tookMs = (await released) - touchedMs - (sensor.workedMs - workedMs)
    const locked = strikeAt(0)
    sensor.lift()
    drive('touch', 0)
    drive('contact', 1)
    drive('contact', 0)
    await locked
    return tookMs
  }
}
