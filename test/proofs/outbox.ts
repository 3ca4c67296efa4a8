/**
 * Promise 2 (design §4), with real processes and files: broker and server are dead while an agent records its events on
 * a fast clock, and it is killed again and again; then both start, and the journal has all of it exactly once, in order.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { AgentRecord, firstPrev } from '#contract/record.ts'
import { isSealed } from '#runtime/record-chain.ts'
import { openJournalReader } from '../../broker/journal/reader.ts'
import { createRandom, type Random } from '../../scripts/demo/random.ts'
import { openAdmin } from '../../server/admin/admin.ts'
import { addDevice } from '../../server/admin/identity-commands.ts'
import { endProcess } from '../bench/child.ts'
import { freePort } from '../bench/mosquitto.ts'
import { startNode } from '../bench/node-process.ts'
import { startProcess, temporaryDataDir } from '../bench/stack.ts'
import { Appended, type OutboxAgentPlan } from '../system/outbox-agent.ts'
import type { ProofSize } from './proof-size.ts'

/** Of the agent, spread over the events. */
const KILLS = 20

export interface OutboxTrial {
  /** An empty directory on a real disk. */
  readonly dataDir: string
  readonly records: number
  readonly kills: number
  readonly seed: number
}

export interface OutboxFigures {
  /** Until the last record was on disk, with broker and server dead and the agent killed so often. */
  readonly recordedMs: number
  /** From the start of the broker's process until the journal had the first record: the agent tries again by then. */
  readonly firstMs: number
  /** The same until it had the last one. */
  readonly deliveredMs: number
  readonly kills: number
  /** Days that passed on the agent's clock. */
  readonly days: number
  /** What of the promise did not hold, in words; empty when all of it did. */
  readonly faults: readonly string[]
}

const DOOR = 'ruang-komando'
/** 300 events a day, as a door of 100 people sees. */
const MS_PER_RECORD = 288_000
const DAY_MS = 86_400_000
const RECORDS_AT_ONCE = 20
/** The moment of a kill is spread over some appends, so that it may fall into a commit. */
const KILL_WITHIN_MS = 20
/** The promise; what is later is a fault, and what is not there after twice that is missing. */
const DELIVERED_WITHIN_MS = 60_000
const POLL_MS = 50
/** Read on for so long, to see what comes twice. */
const SETTLE_MS = 2_000
const ROWS_PER_READ = 1_000

export async function tryOutbox(trial: OutboxTrial): Promise<OutboxFigures> {
  const { dataDir, records, kills, seed } = trial
  await using cleanup = new AsyncDisposableStack()
  const port = await freePort()
  const plan = planOf(trial, port)
  const startedMs = performance.now()
  const agent = await recordUnderKills(plan, killPoints(createRandom(seed), records, kills), createRandom(seed + 1))
  cleanup.defer(() => endProcess(agent.child))
  const recordedMs = performance.now() - startedMs

  const broughtBackMs = performance.now()
  const common = { SIAGA_DATA_DIR: dataDir }
  const broker = await startProcess('broker', { ...common, SIAGA_MQTT_PORT: String(port) })
  cleanup.defer(() => endProcess(broker.child))
  const server = await startProcess('server', { ...common, SIAGA_HTTP_PORT: '0', SIAGA_MQTT_URL: plan.url })
  cleanup.defer(() => endProcess(server.child))
  const journal = await readUntil(dataDir, records)
  const deliveredMs = journal.completeMs - broughtBackMs
  const late = deliveredMs > DELIVERED_WITHIN_MS ? [`delivered after ${Math.round(deliveredMs / 1_000)} s`] : []
  return {
    ...{ recordedMs, firstMs: journal.firstMs - broughtBackMs, deliveredMs, kills: agent.kills },
    days: Math.round((records * MS_PER_RECORD) / DAY_MS),
    faults: [...agent.faults, ...faultsOf(journal, records), ...late],
  }
}

/** Moments at which the agent is killed: numbers of records, spread by chance. */
function killPoints(random: Random, records: number, kills: number): number[] {
  return Array.from({ length: kills }, () => Math.floor(random() * records)).toSorted((a, b) => a - b)
}

function planOf({ dataDir, records }: OutboxTrial, port: number): OutboxAgentPlan {
  const admin = openAdmin(dataDir)
  const { username, password } = addDevice(admin, { role: 'door', id: DOOR })
  admin.close()
  return {
    path: join(dataDir, 'edge', DOOR, 'outbox.db'),
    ...{ door: DOOR, url: `mqtt://127.0.0.1:${port}`, username, password, records },
    ...{ everyMs: 0, recordsAtOnce: RECORDS_AT_ONCE, msPerRecord: MS_PER_RECORD },
  }
}

interface Recorded {
  /** Alive, everything recorded. */
  readonly child: ChildProcess
  readonly kills: number
  readonly faults: readonly string[]
}

async function recordUnderKills(plan: OutboxAgentPlan, points: readonly number[], random: Random): Promise<Recorded> {
  const faults: string[] = []
  let promised = 0
  for (const point of points) {
    const { child, reached } = startAgent(plan, promised, faults)
    promised = await reached(Math.max(point, promised + 1))
    await delay(random() * KILL_WITHIN_MS)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const last = startAgent(plan, promised, faults)
  await last.reached(plan.records)
  return { child: last.child, kills: points.length, faults }
}

/** @param promised what an earlier agent said was on disk: with less, this one has lost something */
function startAgent(plan: OutboxAgentPlan, promised: number, faults: string[]) {
  const child = startNode(['test/system/outbox-agent.ts', JSON.stringify(plan)], {}, 'pipe')
  child.stderr?.resume()
  let appended = 0
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    const word = line.startsWith('{"appended"') ? Appended.parse(JSON.parse(line)).appended : undefined
    if (word === undefined) return
    if (appended === 0 && word < promised) faults.push(`${promised} was on disk, after a kill only ${word}`)
    appended = word
    for (const look of waiting) look()
  })
  const reached = (seq: number) =>
    new Promise<number>((resolve, reject) => {
      const look = () => appended >= seq && resolve(appended)
      waiting.add(look)
      child.once('exit', (code) => reject(new Error(`the agent ended with ${code} at ${appended} of ${seq}`)))
      look()
    })
  return { child, reached }
}

interface Journalled {
  /** When the first record, and the last one wanted, was read, on this process's clock. */
  firstMs: number
  completeMs: number
  readonly seqs: number[]
  readonly hashes: { readonly prev: string; readonly hash: string }[]
  readonly journals: Set<string>
  forks: number
  broken: number
  quarantined: number
}

/** All door events in the order of the journal's rows. */
async function readUntil(dataDir: string, records: number): Promise<Journalled> {
  const found: Journalled = {
    firstMs: 0,
    completeMs: 0,
    seqs: [],
    hashes: [],
    journals: new Set(),
    forks: 0,
    broken: 0,
    quarantined: 0,
  }
  const reader = openJournalReader(dataDir)
  if (!reader) throw new Error('the broker made no journal')
  let deadlineMs = performance.now() + 2 * DELIVERED_WITHIN_MS
  for (let cursor = 0; performance.now() < deadlineMs; ) {
    const rows = reader.readAfter(cursor, ROWS_PER_READ)
    cursor = rows.at(-1)?.id ?? cursor
    for (const { channel, payload, fork } of rows) {
      if (channel === 'doorEvents') take(found, payload, fork)
    }
    if (found.completeMs === 0 && found.seqs.length >= records) {
      found.completeMs = performance.now()
      deadlineMs = found.completeMs + SETTLE_MS
    }
    if (rows.length < ROWS_PER_READ) await delay(POLL_MS)
  }
  found.completeMs ||= performance.now()
  found.quarantined = reader.quarantined(1).length
  reader.close()
  return found
}

function take(found: Journalled, payload: string, fork: boolean): void {
  const raw: Record<string, unknown> = JSON.parse(payload)
  const record = AgentRecord.parse(raw)
  found.firstMs ||= performance.now()
  found.seqs.push(record.seq)
  found.hashes.push(record)
  found.journals.add(record.journal)
  if (fork) found.forks += 1
  if (!isSealed(raw)) found.broken += 1
}

function faultsOf({ seqs, hashes, journals, forks, broken, quarantined }: Journalled, records: number): string[] {
  const wrongPlace = seqs.findIndex((seq, index) => seq !== index + 1)
  const wrongChain = hashes.findIndex(({ prev }, index) => prev !== (hashes[index - 1]?.hash ?? firstPrev))
  return [
    seqs.length === records ? '' : `${seqs.length} records in the journal, not ${records}`,
    new Set(seqs).size === seqs.length ? '' : `${seqs.length - new Set(seqs).size} records twice`,
    wrongPlace < 0 ? '' : `row ${wrongPlace + 1} has seq ${seqs[wrongPlace]}`,
    wrongChain < 0 ? '' : `record ${wrongChain + 1} does not follow the one before`,
    journals.size === 1 ? '' : `${journals.size} outboxes`,
    forks === 0 ? '' : `${forks} forks`,
    broken === 0 ? '' : `${broken} records with a wrong hash`,
    quarantined === 0 ? '' : 'messages in quarantine',
  ].filter((fault) => fault !== '')
}

/** `numRuns` events; prints the figures. @returns whether all held */
export async function proveOutbox({ numRuns, seed }: ProofSize): Promise<boolean> {
  const dataDir = temporaryDataDir()
  try {
    const { recordedMs, firstMs, deliveredMs, kills, days, faults } = await tryOutbox({
      ...{ dataDir, records: numRuns, kills: KILLS, seed },
    })
    const seconds = (ms: number) => (ms / 1_000).toFixed(1)
    process.stdout.write(
      `${faults.length === 0 ? 'holds ' : 'FAILED'}  outbox: ${numRuns} events of ${days} days, agent killed ${kills} times, seed ${seed}; ` +
        `recorded in ${seconds(recordedMs)} s; after broker and server began to start, the journal had the first after ` +
        `${seconds(firstMs)} s, all after ${seconds(deliveredMs)} s\n`,
    )
    for (const fault of faults) process.stdout.write(`FAILED  ${fault}\n`)
    return faults.length === 0
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
