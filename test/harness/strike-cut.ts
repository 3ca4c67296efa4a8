/** Who is killed or stalled while the strike is released, and how long the strike then stays so. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FuseGpio } from './fuse-gpio/bench.ts'
import { monotonicMs } from './fuse-gpio/messages.ts'
import { type AgentProcess, type LinesDoor, pins } from './lines-door.ts'
import { until } from './until.ts'

export const cuts = ['agent killed', 'guard killed', 'both killed', 'agent stalled', 'guard stalled'] as const
export type Cut = (typeof cuts)[number]

/** As long as one of the two lives. */
const RELOCK_MAX_MS = 1_000
/**
 * With both gone systemd starts relock-main.ts: 0.2 s of a core, for which a machine with others at work lets it wait.
 * The bound of that case is the monostable relay in the wiring (docs/operations.md).
 */
const COLD_RELOCK_MAX_MS = 5_000

/** How long the strike may be released after the cut. */
export function relockMaxMs(cut: Cut): number {
  return cut === 'both killed' ? COLD_RELOCK_MAX_MS : RELOCK_MAX_MS
}
const GIVE_UP_MS = 20_000

export interface CutPlan {
  readonly cut: Cut
  /** From the strike's release to the cut. */
  readonly afterMs: number
}

/** Starts the agent, opens the door, cuts, and ends what is left. @returns how long the strike was released after the cut */
export async function cutDuringGrant(gpio: FuseGpio, door: LinesDoor, { cut, afterMs }: CutPlan): Promise<number> {
  const agent = door.start()
  await agent.ready()
  await door.open()
  await delay(afterMs)
  const cutAtMs = monotonicMs()
  await carryOut(cut, agent, door)
  const isLock = ({ bcm, voltage, atMs }: FuseGpio['changes'][number]) =>
    bcm === pins.strike && voltage === door.restVoltage && atMs > cutAtMs
  const lock = await until(`the strike to lock, ${cut}`, () => gpio.changes.find(isLock), GIVE_UP_MS)
  await endAgent(cut, agent)
  return lock.atMs - cutAtMs
}

async function carryOut(cut: Cut, agent: AgentProcess, door: LinesDoor): Promise<void> {
  const guard = agent.guardPid()
  if (cut === 'agent killed') process.kill(agent.pid, 'SIGKILL')
  else if (cut === 'guard killed') process.kill(guard, 'SIGKILL')
  else if (cut === 'agent stalled') process.kill(agent.pid, 'SIGSTOP')
  else if (cut === 'guard stalled') process.kill(guard, 'SIGSTOP')
  else {
    for (const pid of [guard, agent.pid]) process.kill(pid, 'SIGKILL')
    await door.relock()
  }
}

/** One that lives ends as an operator ends it. */
async function endAgent(cut: Cut, agent: AgentProcess): Promise<void> {
  if (cut === 'agent stalled') process.kill(agent.pid, 'SIGKILL')
  else if (cut !== 'agent killed' && cut !== 'both killed') process.kill(agent.pid, 'SIGTERM')
  await agent.ended
}

/** How often the strike was released since the class was opened. */
export function releases({ changes }: FuseGpio, { restVoltage }: LinesDoor): number {
  return changes.filter(({ bcm, voltage }) => bcm === pins.strike && voltage !== restVoltage).length
}
