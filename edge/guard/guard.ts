/**
 * The strike guard's life: it alone holds the strike, ends each pulse itself, and locks when the agent dies or stalls
 * (a line stays driven after a crash). Nothing but the machine, the words and the lines is in this process.
 */
import type { Readable, Writable } from 'node:stream'
import type { GuardLines, Level } from '../gpio/port.ts'
import { type BoundedStrike, createStrike } from './bounded-strike.ts'
import { type GuardState, isLate, strikeLevel, strikeReason } from './guard-machine.ts'
import { createWords, type Words } from './words.ts'

export interface GuardOptions {
  readonly lines: GuardLines
  /** From the agent. Its end is the agent's end. */
  readonly input: Readable
  /** To the agent. */
  readonly output: Writable
  readonly monoMs: () => number
  /** True when the fire line is told by the agent: simulated lines live there. */
  readonly isFireTold: boolean
}

const FIRE_READ_EVERY_MS = 50
/** Reads in a row that must agree: a relay of a fire panel bounces. */
const FIRE_READS_MIN = 3

/** Resolves when the agent is gone and the strike is locked; a fire still burning then is waited for. */
export async function runGuard({ lines, input, output, monoMs, isFireTold }: GuardOptions): Promise<void> {
  let agentGone = false
  const ended = Promise.withResolvers<void>()
  const say = (words: string) => void (agentGone || output.write(`${words}\n`))
  const onStep = (before: GuardState, after: GuardState) => {
    const level = strikeLevel(after)
    if (level !== strikeLevel(before)) say(`strike ${level} ${strikeReason(before, after, monoMs())}`)
    if (agentGone && after.fire === 0) ended.resolve()
  }
  const strike = createStrike(lines, { monoMs, onStep })
  strike.step({ type: 'beat' })
  const watchFire = createFireWatch(lines.readFire, (level) => {
    strike.step({ type: 'fire', level })
    say(`fire ${level}`)
  })
  const fireTimer = isFireTold ? undefined : setInterval(watchFire, FIRE_READ_EVERY_MS)
  const agentEnded = () => {
    if (agentGone) return
    agentGone = true
    if (isFireTold) strike.step({ type: 'fire', level: 0 })
    strike.lock()
  }
  listen(input, createOrders({ strike, monoMs, say, isFireTold }), agentEnded)
  output.on('error', agentEnded) // nobody reads any more
  say('ready')
  await ended.promise
  clearInterval(fireTimer)
  strike.close()
}

function listen(input: Readable, obey: (words: Words) => void, onEnd: () => void): void {
  const hear = createWords(obey)
  input.setEncoding('utf8')
  input.on('data', (text: string) => {
    try {
      hear(text)
    } catch {
      input.destroy() // an agent out of its mind is as good as gone
    }
  })
  for (const event of ['end', 'error', 'close']) input.on(event, onEnd)
}

/** A level counts when it was read so often in a row; the first one is told whatever it is, since an earlier guard may have told another. */
function createFireWatch(read: () => Level, onLevel: (level: Level) => void): () => void {
  let settled: Level | undefined
  let last: Level | undefined
  let reads = 0
  return () => {
    const level = read()
    reads = level === last ? reads + 1 : 1
    last = level
    if (level === settled || reads < FIRE_READS_MIN) return
    settled = level
    onLevel(level)
  }
}

interface OrderOptions {
  readonly strike: BoundedStrike
  readonly monoMs: () => number
  readonly say: (words: string) => void
  readonly isFireTold: boolean
}

/** How long, and asked for when. */
const PULSE = /^[1-9]\d{0,8} \d{1,15}$/

/** A word that is not known, or whose argument makes no sense, moves nothing. */
function createOrders({ strike, monoMs, say, isFireTold }: OrderOptions): (words: Words) => void {
  const { step } = strike
  const pulse = (pulseMs: number, askedAtMs: number) => {
    const ageMs = Math.max(0, monoMs() - askedAtMs)
    step({ type: 'pulse', pulseMs, ageMs })
    if (isLate(ageMs)) say(`strike ${strikeLevel(strike.state)} late`)
  }
  return ({ word, rest }) => {
    if (word === 'beat') {
      step({ type: 'beat' })
      say(`beat ${rest}`)
    } else if (word === 'lock') step({ type: 'lock' })
    else if (word === 'pulse' && PULSE.test(rest)) {
      const [pulseMs = 0, askedAtMs = 0] = rest.split(' ').map(Number)
      pulse(pulseMs, askedAtMs)
    } else if (word === 'fire' && isFireTold && /^[01]$/.test(rest)) step({ type: 'fire', level: rest === '1' ? 1 : 0 })
  }
}
