/** What the processes cost while nothing happens but the beat of 50 applications every 10 s and one door at rest. */
import { setTimeout as delay } from 'node:timers/promises'
import { startChild } from './child.ts'
import { startDoorAgent } from './door.ts'
import { cpuMs, processTree, residentMib } from './process-stat.ts'
import type { PacedQuestion, Sent } from './processes/paced-publisher.ts'
import type { Report } from './report.ts'
import { startStack } from './stack.ts'
import { round } from './statistics.ts'

const APPS = 50
const INTERVAL_S = 10
const BEATS_PER_S = APPS / INTERVAL_S

export async function idle(quick: boolean): Promise<Report> {
  const settleMs = quick ? 3_000 : 15_000
  const durationMs = quick ? 5_000 : 30_000
  await using stack = await startStack({ apps: APPS, intervalS: INTERVAL_S })
  await using door = startDoorAgent(stack)
  await using publisher = startChild<PacedQuestion, Sent[]>('paced-publisher.ts')
  const clients = stack.credentials.map(({ id, username, password }) => ({ app: id, username, password }))
  await publisher.ask({ kind: 'connect', url: stack.mqttUrl, clients })
  const beating = publisher.ask({ kind: 'publish', ratePerS: BEATS_PER_S, durationMs: settleMs + durationMs + 2_000 })
  await delay(settleMs)
  const processes = [
    { name: 'broker', pid: stack.brokerPid },
    { name: 'server', pid: stack.serverPid },
    { name: 'door agent with its strike guard', pid: door.pid },
  ]
  const before = processes.map(({ pid }) => treeCpuMs(pid))
  await delay(durationMs)
  const found = processes.map(({ name, pid }, index) => ({
    name,
    residentMib: sum(processTree(pid).map(residentMib)),
    cpuPercent: ((treeCpuMs(pid) - (before[index] ?? 0)) * 100) / durationMs,
  }))
  await beating
  return {
    tables: [
      {
        title: `Idle for ${durationMs / 1000} s: ${APPS} applications every ${INTERVAL_S} s, one door`,
        columns: ['', 'RSS MiB', 'CPU % of a core'],
        rows: found.map(({ name, ...figures }) => [name, round(figures.residentMib, 0), round(figures.cpuPercent, 2)]),
      },
    ],
    goals: [],
    raw: found,
  }
}

function treeCpuMs(pid: number): number {
  return sum(processTree(pid).map(cpuMs))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
