/**
 * A program of its own, as in operation: started, killed and started again by the test, and killed for good at the
 * test's end however that came. A Node program also ends when the test runner dies.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

export const root = join(import.meta.dirname, '..', '..')
const dieWithParent = new URL('../../scripts/demo/die-with-parent.ts', import.meta.url).href

/** Loading all of a process takes a second alone, and far longer beside three others on two busy cores. */
const READY_MS = 60_000
/** Enough of the log to see why a test failed. */
const LINES_MAX = 2_000

export interface ProcessPlan {
  readonly name: string
  /** Program file and its arguments, relative to the repository. */
  readonly args: readonly string[]
  /** Words before it, for example those that enter a namespace. */
  readonly within?: readonly string[]
  /** Asked at each start; nothing else of the surroundings' SIAGA_ variables gets through. */
  readonly env: () => Readonly<Record<string, string>>
  /** Words of the line that says it is ready. */
  readonly ready: string
  /** Takes that line at each start, for example for the port in it. */
  readonly onReady?: (line: string) => void
}

export interface TestProcess {
  readonly pid: number
  /** Lines of both outputs since the first start, the newest 2,000. */
  readonly lines: readonly string[]
  /** Starts it, and waits until it is ready. @throws Error with its last words when it ends instead */
  start(): Promise<void>
  /** As a crash would, and waits for the end. */
  kill(): Promise<void>
  /** As an operator would, and waits for the end. @returns its exit code */
  stop(): Promise<number | null>
  signal(signal: NodeJS.Signals): void
}

export function testProcess({ name, args, within = [], env, ready, onReady }: ProcessPlan): TestProcess {
  const lines: string[] = []
  let child: ChildProcess | undefined
  const take = (line: string) => {
    lines.push(line)
    if (lines.length > LINES_MAX) lines.shift()
  }
  const end = async (signal: NodeJS.Signals) => {
    const running = child
    if (!running || hasEnded(running)) return null
    const exited = once(running, 'exit')
    running.kill(signal)
    await exited
    return running.exitCode
  }
  onTestFinished(async () => {
    await end('SIGKILL')
  })
  return {
    lines,
    get pid() {
      return child?.pid ?? 0
    },
    async start() {
      const started = spawnNode([...within, process.execPath, '--import', dieWithParent, ...args], env())
      child = started
      let readyLine: string | undefined
      for (const stream of [started.stdout, started.stderr]) {
        if (!stream) continue
        createInterface(stream).on('line', (line) => {
          take(line)
          if (line.includes(ready)) readyLine ??= line
        })
      }
      const line = await until(
        `${name} ready`,
        () => {
          if (readyLine !== undefined) return readyLine
          if (hasEnded(started)) throw new Error(`${name} ended:\n${lines.slice(-20).join('\n')}`)
          return undefined
        },
        READY_MS,
      )
      onReady?.(line)
    },
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    signal: (signal) => void child?.kill(signal),
  }
}

function spawnNode(words: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const [program = '', ...args] = words
  return spawn(program, args, { cwd: root, env: surroundings(env), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

function surroundings(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SIAGA|VITEST|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(inherited), ...env }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end, whatever that is. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(program, args, { env: surroundings(env), stdio: ['ignore', 'pipe', 'pipe'], timeout: READY_MS })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  await once(child, 'close')
  return { code: child.exitCode, output }
}
