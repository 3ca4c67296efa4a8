/**
 * The one writer of the journal, as the broker's event loop sees it: `append` resolves when the entry is on disk.
 * Group commit: whatever came in during the last fsync is the next batch; a timer window would only add latency.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Log } from '#runtime/log.ts'
import type { CommitReply, CommitRequest, CommitWorkerSettings } from './commit-worker.ts'
import type { Append, Watermark } from './entry.ts'
import { doorbellPath, journalPath } from './files.ts'
import type { PruneLimits } from './retention.ts'

/** Messages a commit: above this a batch only grows its own latency. */
const BATCH_APPENDS_MAX = 2_000
/** 11,000 connections, each held back by its own unacknowledged read, stay far below; past it something is wrong. */
const WAITING_APPENDS_MAX = 50_000
const PRUNE_EVERY_MS = 60_000

export interface JournalWriter {
  /** Commits these together. Resolves when durable; rejects when the commit failed or too much waits: nothing was stored. */
  append(entries: readonly Append[]): Promise<void>
  /** Latest journal of each sender with an outbox, at start. */
  readonly watermarks: readonly Watermark[]
  /** CLOCK_MONOTONIC of the newest append. */
  lastAppendMonoMs(): number
  close(): Promise<void>
}

export interface JournalWriterOptions {
  readonly dataDir: string
  readonly boot: string
  readonly log: Log
  readonly monoMs: () => number
  /** What may be deleted now; undefined as long as no consumer has said how far it read. */
  readonly pruneLimits: () => PruneLimits | undefined
  /** Called after the commit that moved it. */
  readonly onWatermark: (watermark: Watermark) => void
}

interface Waiting {
  readonly entries: readonly Append[]
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export async function openJournalWriter(options: JournalWriterOptions): Promise<JournalWriter> {
  const { dataDir, boot, log } = options
  const workerData: CommitWorkerSettings = {
    path: journalPath(dataDir),
    boot,
    doorbellPath: doorbellPath(dataDir),
  }
  const worker = new Worker(new URL('./commit-worker.ts', import.meta.url), { workerData })
  const [ready] = (await once(worker, 'message')) as [CommitReply]
  const checkpoints = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData })
  const waiting: Waiting[] = []
  let inCommit: Waiting[] = []
  let lastAppendMono = options.monoMs()
  let pruneWanted = true
  let busy = false
  let onClosed: (() => void) | undefined

  const send = (request: CommitRequest) => {
    busy = true
    worker.postMessage(request)
  }
  const prune = () => {
    pruneWanted = false
    const limits = options.pruneLimits()
    if (limits) send({ kind: 'prune', ...limits })
  }
  const next = () => {
    if (busy) return
    if (waiting.length > 0) {
      inCommit = waiting.splice(0, BATCH_APPENDS_MAX)
      send({ kind: 'commit', entries: inCommit.flatMap(({ entries }) => entries) })
    } else if (onClosed) send({ kind: 'close' })
    else if (pruneWanted) prune()
  }
  const settle = (failure?: Error) => {
    const settled = inCommit
    inCommit = []
    for (const { resolve, reject } of settled) failure ? reject(failure) : resolve()
  }
  worker.on('message', (reply: CommitReply) => {
    busy = false
    if (reply.kind === 'committed') {
      settle()
      for (const watermark of reply.watermarks) options.onWatermark(watermark)
    } else if (reply.kind === 'failed') {
      log.error({ reason: reply.reason }, 'journal commit failed; nothing of it was acknowledged')
      settle(new Error(`journal: ${reply.reason}`))
    } else if (reply.kind === 'pruned') pruneWanted = reply.more
    else onClosed?.()
    if (reply.kind !== 'closed') next()
  })
  const pruning = setInterval(() => {
    pruneWanted = true
    next()
  }, PRUNE_EVERY_MS)

  return {
    append: (entries) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= WAITING_APPENDS_MAX) return reject(new Error(`journal: ${waiting.length} messages wait`))
        lastAppendMono = options.monoMs()
        waiting.push({ entries, resolve, reject })
        next()
      }),
    watermarks: ready.kind === 'ready' ? ready.watermarks : [],
    lastAppendMonoMs: () => lastAppendMono,
    async close() {
      clearInterval(pruning)
      await new Promise<void>((resolve) => {
        onClosed = resolve
        next()
      })
      await endCheckpoints(checkpoints)
      await worker.terminate()
    },
  }
}

/** Lets a running checkpoint finish; nothing depends on it. */
async function endCheckpoints(checkpoints: Worker): Promise<void> {
  const ended = once(checkpoints, 'exit')
  checkpoints.postMessage('close')
  await ended
}
