/**
 * The agent's end of the strike guard: starts it, keeps telling it that the agent lives, notices when it dies or
 * stalls, and starts it again, locked. While there is none the door grants nothing.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Log } from '#runtime/log.ts'
import { LinesError } from '../gpio/lines-error.ts'
import { createListeners } from '../gpio/listeners.ts'
import type { Level } from '../gpio/port.ts'
import type { Strike, StrikeChange } from '../gpio/strike.ts'
import { createBeats } from './beats.ts'
import { createWords, type Words } from './words.ts'

export interface StrikeGuard extends Strike {
  /** Hears the fire line, where the guard holds it. */
  onFire(listener: (level: Level) => void): () => void
  /** For simulated lines, whose fire line the guard cannot read itself. */
  tellFire(level: Level): void
  /** Ends the guard, after it has locked. */
  stop(): Promise<void>
}

export interface StrikeGuardOptions {
  /** Of guard-main.ts: backend, strike, fire. */
  readonly args: readonly string[]
  /** Locks the strike when the guard is lost, without waiting for the next one. */
  readonly relock: () => void
  readonly log: Log
}

/** A killed guard is replaced at once; one that cannot start (its line is taken, its addon broken) is not tried in a rush. */
const RESTART_MIN_MS = 50
const RESTART_MAX_MS = 5_000
/** A guard that lived so long had started well. */
const STEADY_MS = 10_000
/** Node starts within three seconds on a Pi that boots; a guard that says nothing by then will say nothing any more. */
const START_DEADLINE_MS = 15_000
/** A locked guard ends at once; a machine too busy for that is not waited for at a stop. */
const STOP_DEADLINE_MS = 2_000

const guardProgram = fileURLToPath(new URL('../guard-main.ts', import.meta.url))
type Guard = ChildProcessByStdio<Writable, Readable, null>

/** @throws LinesError with the guard's own words when the first one does not come up */
export async function startStrikeGuard({ args, relock, log }: StrikeGuardOptions): Promise<StrikeGuard> {
  const { onReady, onStrike, onFire } = createEvents()
  const first = Promise.withResolvers<void>()
  let guard: Guard | undefined
  let [ready, wasReady, stopping, restartMs, refusal] = [false, false, false, RESTART_MIN_MS, '']
  let restart: NodeJS.Timeout | undefined
  const say = (words: string) => void (guard?.stdin.writable && guard.stdin.write(`${words}\n`))
  const beats = createBeats({
    beat: (number) => say(`beat ${number}`),
    onSilence: () => {
      log.error({ pid: guard?.pid }, 'strike guard does not answer: it is killed and started again, locked')
      guard?.kill('SIGKILL')
    },
  })
  const setReady = (value: boolean) => {
    if (ready === value) return
    ready = value
    onReady.tell(value)
  }
  const hear = ({ word, rest }: Words) => {
    if (word === 'beat') beats.answered(Number(rest))
    else if (word === 'strike') {
      if (levelOf(rest[0]) === 0) beats.locked()
      onStrike.tell({ level: levelOf(rest[0]), reason: rest.slice(2) })
    } else if (word === 'fire') onFire.tell(levelOf(rest))
    else if (word === 'refused') refusal = rest
    else if (word === 'ready') {
      wasReady = true
      first.resolve()
      beats.start()
      setReady(true)
    }
  }
  const lost = (startedAtMs: number, how: string) => {
    guard = undefined
    beats.stop()
    first.reject(new LinesError(`The strike guard could not start: ${refusal}`))
    if (stopping || !wasReady) return
    relockNow(relock, log)
    setReady(false)
    restartMs = performance.now() - startedAtMs > STEADY_MS ? RESTART_MIN_MS : Math.min(restartMs * 2, RESTART_MAX_MS)
    log.error({ how, refusal, restartMs }, 'strike guard lost: the door grants nothing until it is back')
    restart = setTimeout(start, restartMs)
  }
  const start = () => {
    const startedAtMs = performance.now()
    refusal = 'it ended before it was ready'
    guard = spawnGuard(args, createWords(hear), (how) => lost(startedAtMs, how))
  }
  const stop = () => {
    stopping = true
    clearTimeout(restart)
    return endGuard(guard)
  }
  start()
  await first.promise.catch((error: unknown) => stop().then(() => Promise.reject(error)))
  return {
    get ready() {
      return ready
    },
    release: (pulseMs) => {
      beats.released(pulseMs)
      say(`pulse ${Math.round(pulseMs)} ${Math.trunc(Number(process.hrtime.bigint()) / 1e6)}`)
    },
    lock: () => say('lock'),
    close: () => say('lock'),
    tellFire: (level) => say(`fire ${level}`),
    onReady: onReady.add,
    onStrike: onStrike.add,
    onFire: onFire.add,
    stop,
  }
}

function createEvents() {
  return {
    onReady: createListeners<boolean>(),
    onStrike: createListeners<StrikeChange>(),
    onFire: createListeners<Level>(),
  }
}

function relockNow(relock: () => void, log: Log): void {
  try {
    relock()
  } catch (error) {
    log.error({ err: error }, 'the strike could not be locked from here: the next guard does it')
  }
}

/** With an empty environment: none of the agent's secrets is the guard's business. */
function spawnGuard(args: readonly string[], hear: (text: string) => void, onEnd: (how: string) => void): Guard {
  const guard = spawn(process.execPath, ['--no-warnings', guardProgram, ...args], {
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const deadline = setTimeout(() => guard.kill('SIGKILL'), START_DEADLINE_MS)
  let ended = false
  const end = (how: string) => {
    clearTimeout(deadline)
    if (ended) return
    ended = true
    onEnd(how)
  }
  guard.stdin.on('error', () => {}) // it died while something was written; its exit is what counts
  guard.stdout.setEncoding('utf8').on('data', (text: string) => {
    clearTimeout(deadline)
    try {
      hear(text)
    } catch {
      guard.kill('SIGKILL') // out of its mind; the next one starts locked
    }
  })
  guard.once('error', (error) => end(error.message))
  // After its last words were heard.
  guard.once('close', (code, signal) => end(signal ?? `exit code ${code}`))
  return guard
}

async function endGuard(guard: Guard | undefined): Promise<void> {
  if (guard === undefined || guard.exitCode !== null || guard.signalCode !== null) return
  const ended = new Promise<void>((resolve) => guard.once('close', () => resolve()))
  const deadline = setTimeout(() => guard.kill('SIGKILL'), STOP_DEADLINE_MS)
  guard.stdin.end()
  await ended
  clearTimeout(deadline)
}

function levelOf(text: string | undefined): Level {
  return text === '1' ? 1 : 0
}
