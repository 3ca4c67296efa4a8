/** Keeps one process of the demonstration running: starts it, keeps its log, restarts it with backoff when it dies. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '#runtime/clock.ts'
import { EXIT_CONFIG } from '#runtime/settings.ts'
import { createRepeatFilter, faultInLine } from './child-output.ts'
import { openLogFile } from './log-file.ts'
import { deathsInRow, restartDelayMs } from './restart.ts'
import { seconds } from './wording.ts'

/** More than the eight seconds a process gives its own closing. */
const KILL_AFTER_MS = 9_000
const LAST_WORDS_MS = 300

export interface ChildPlan {
  readonly name: string
  /** Program file and its arguments, relative to the repository. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Supervision {
  readonly root: string
  readonly logs: string
  readonly clock: Clock
  /** One line for the person at the terminal. */
  readonly say: (line: string) => void
}

export interface Supervised {
  readonly name: string
  /** Ends the process: SIGTERM, then SIGKILL after nine seconds. */
  close(): Promise<void>
  /** SIGKILL at once. */
  kill(): void
  /** Settles only when its settings are refused, which no restart can heal. */
  readonly refused: Promise<string>
}

export function supervise(plan: ChildPlan, { root, logs, clock, say }: Supervision): Supervised {
  const log = openLogFile(join(logs, `${plan.name}.log`))
  const isNews = createRepeatFilter()
  const refused = Promise.withResolvers<string>()
  let child: ChildProcess | undefined
  let restart: NodeJS.Timeout | undefined
  let deaths = 0
  let closing = false
  let closed = false

  const take = (line: string) => {
    if (closed) return
    log.write(`${line}\n`)
    const fault = faultInLine(line)
    if (fault && isNews(fault, clock.monoMs())) say(`${plan.name}: ${fault}`)
  }
  const start = () => {
    const startedMs = clock.monoMs()
    child = spawnChild(plan, root)
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', take)
    child.once('error', (error) => say(`${plan.name}: ${error.message}`))
    // Not 'close': a grandchild may hold the pipes open longer than the child lives.
    child.once('exit', (code, signal) => {
      if (closing) return
      if (code === EXIT_CONFIG) return refused.resolve(`${plan.name}: setelan ditolak, lihat ${logs}/${plan.name}.log`)
      deaths = deathsInRow(deaths, clock.monoMs() - startedMs)
      const delayMs = restartDelayMs(deaths)
      say(`${plan.name} mati (${signal ?? `kode ${code}`}), dijalankan lagi dalam ${seconds(delayMs)} dtk`)
      restart = setTimeout(start, delayMs)
    })
  }
  start()

  return {
    name: plan.name,
    refused: refused.promise,
    async close() {
      if (closing) return
      closing = true
      clearTimeout(restart)
      if (child) await end(child)
      closed = true
      log.close()
    },
    kill: () => void child?.kill('SIGKILL'),
  }
}

function spawnChild({ args, env }: ChildPlan, root: string): ChildProcess {
  const preload = new URL('./die-with-parent.ts', import.meta.url).href
  return spawn(process.execPath, ['--import', preload, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    // A process group of its own: Ctrl-C at the terminal must reach it once, through us.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const drained = once(child, 'close')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
  await exited
  clearTimeout(timer)
  // Its last words are still in the pipes; a grandchild may hold those open for ever.
  await Promise.race([drained, delay(LAST_WORDS_MS)])
}
