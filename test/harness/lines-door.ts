/**
 * A door agent to be cut off at any moment: a process of its own on the lines of a FUSE GPIO class, its sensor on a
 * pseudo-terminal, its access list on disk and its broker nowhere.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator, type SensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { formatLine } from '../../edge/gpio/wiring.ts'
import type { FuseGpio } from './fuse-gpio/bench.ts'
import { door, owner, provision, template } from './provisioned-door.ts'
import { until } from './until.ts'

/** A process needs a second to start, ten on a busy machine. */
const READY_MS = 60_000
/** Longer than any cut waits for, so that an end of the pulse is not taken for a relock. */
const PULSE_MS = 10_000

/** BCM numbers. The contact is a reed switch to ground: low while the door is closed. */
export const pins = { strike: 17, contact: 27, exit: 22 } as const

export interface LinesDoor extends AsyncDisposable {
  readonly sensor: SensorSimulator
  /** Of the strike's line while the door is locked. */
  readonly restVoltage: 0 | 1
  /** Starts the agent, and waits for nothing. */
  start(changes?: NodeJS.ProcessEnv): AgentProcess
  /** Lays the assigned finger on the glass and takes it away when the strike is released. */
  open(): Promise<void>
  /** What systemd runs when the agent has ended. @returns its exit code */
  relock(): Promise<number | null>
}

export interface AgentProcess {
  readonly pid: number
  /** Of the strike guard that it has now. */
  guardPid(): number
  ready(): Promise<void>
  /** What it logged so far. */
  words(): string
  /** Exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
}

/** @param activeLow the relay pulls in while its input is low, and a resistor holds it up */
export function openLinesDoor(gpio: FuseGpio, activeLow: boolean): LinesDoor {
  const dataDir = mkdtempSync(join(tmpdir(), 'siaga-lines-'))
  const commandKey = provision(dataDir)
  const pty = openPty()
  const sensor = createSensorSimulator(pty.stream, { library: [[owner.slot, template]] })
  const running = new Set<number>()
  const strike = formatLine({ bcm: pins.strike, activeLow })
  const env = {
    PATH: process.env['PATH'],
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: pty.path,
    SIAGA_SIMULATED_HARDWARE: '1',
    SIAGA_GPIO: 'onoff',
    SIAGA_GPIO_STRIKE: strike,
    SIAGA_GPIO_CONTACT: `${pins.contact}`,
    SIAGA_GPIO_EXIT: `${pins.exit}!`,
    SIAGA_STRIKE_PULSE_MS: `${PULSE_MS}`,
    SIAGA_MQTT_URL: 'mqtt://127.0.0.1:9',
    SIAGA_COMMAND_KEY: commandKey,
  }
  const run = (args: readonly string[], changes: NodeJS.ProcessEnv = {}) => {
    const [command = '', ...words] = [...gpio.enter, process.execPath, '--no-warnings', ...args]
    const child = spawn(command, words, { env: { ...env, ...changes }, stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'exit').then(() => child.exitCode)
    const pid = child.pid ?? 0
    running.add(pid)
    void ended.then(() => running.delete(pid))
    return { pid, ended, stderr: child.stderr }
  }
  const restVoltage = activeLow ? 1 : 0
  gpio.drive(pins.contact, 0)
  return {
    sensor,
    restVoltage,
    start: (changes) => {
      const { pid, ended, stderr } = run(['edge/door-main.ts'], changes)
      let log = ''
      stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text
      })
      return {
        pid,
        ended,
        guardPid: () => guardOf(pid),
        ready: () =>
          until(`the agent to be ready: ${log}`, () => log.includes('door agent ready'), READY_MS).then(() => {}),
        words: () => log,
      }
    },
    open: async () => {
      sensor.press(template)
      await until('the strike', () => gpio.voltage(pins.strike) !== restVoltage, READY_MS)
      sensor.lift()
    },
    relock: () => run(['edge/relock-main.ts', 'onoff', strike]).ended,
    [Symbol.asyncDispose]: async () => {
      for (const pid of running) process.kill(pid, 'SIGKILL')
      await until('the processes to end', () => running.size === 0)
      sensor.close()
      pty.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The newest: one that was killed may not be buried yet. */
function guardOf(agentPid: number): number {
  const children = readFileSync(`/proc/${agentPid}/task/${agentPid}/children`, 'utf8').trim().split(' ')
  const guard = children.findLast((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guard-main'))
  if (!guard) throw new Error(`the agent ${agentPid} has no strike guard`)
  return Number(guard)
}
