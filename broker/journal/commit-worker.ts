/**
 * The thread that commits: one slow fsync (10 to 150 ms on a busy disk) must not freeze every MQTT client.
 * In: `CommitRequest`; out: `CommitReply`, one for one and in order.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type Doorbell, startDoorbell } from './doorbell.ts'
import type { Append, Watermark } from './entry.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createRetention, type PruneLimits, type Retention } from './retention.ts'
import { openJournalForWriting } from './schema.ts'

export interface CommitWorkerSettings {
  readonly path: string
  readonly boot: string
  readonly doorbellPath: string
}

export type CommitRequest =
  | { readonly kind: 'commit'; readonly entries: readonly Append[] }
  | ({ readonly kind: 'prune' } & PruneLimits)
  | { readonly kind: 'close' }

export type CommitReply =
  | { readonly kind: 'ready'; readonly watermarks: readonly Watermark[] }
  | { readonly kind: 'committed'; readonly watermarks: readonly Watermark[] }
  | { readonly kind: 'pruned'; readonly more: boolean }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'closed' }

if (parentPort) {
  const settings = workerData as CommitWorkerSettings
  // Rung from this thread, so that readers wake without waiting for the broker's event loop.
  serve(parentPort, settings, await startDoorbell(settings.doorbellPath))
}

function serve(port: NonNullable<typeof parentPort>, settings: CommitWorkerSettings, doorbell: Doorbell): void {
  const open = () => {
    const db = openJournalForWriting(settings.path)
    return { db, ledger: createLedger(db, settings.boot), retention: createRetention(db) }
  }
  let journal: ReturnType<typeof open> | undefined = open()

  const answer = (request: CommitRequest): CommitReply => {
    if (request.kind === 'close') {
      journal?.db.close()
      void doorbell.close()
      return { kind: 'closed' }
    }
    try {
      journal ??= open()
      return perform(journal, request)
    } catch (error) {
      // After a failed fsync the pages' state is unknown: never go on with the same handle.
      journal = closeQuietly(journal)
      return { kind: 'failed', reason: (error as Error).message }
    }
  }

  port.on('message', (request: CommitRequest) => {
    const reply = answer(request)
    if (reply.kind === 'committed') doorbell.ring()
    port.postMessage(reply)
  })
  port.postMessage({ kind: 'ready', watermarks: journal.ledger.watermarks() } satisfies CommitReply)
}

function perform(
  { ledger, retention }: { ledger: Ledger; retention: Retention },
  request: Exclude<CommitRequest, { kind: 'close' }>,
): CommitReply {
  if (request.kind === 'prune') return { kind: 'pruned', more: retention.prune(request) }
  return { kind: 'committed', watermarks: ledger.commit(request.entries) }
}

function closeQuietly(journal: { db: { close(): void } } | undefined): undefined {
  try {
    journal?.db.close()
  } catch {
    // The handle is given up either way; the failed commit itself is what gets reported.
  }
  return undefined
}
