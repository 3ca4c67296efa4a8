/**
 * How the write-ahead log of the journal is kept short. A checkpoint syncs twice, and the file system makes commits
 * wait meanwhile: once a second that would be every hundredth message at 100 messages/s, its 99th percentile.
 */

/** How often the length of the log is looked at. */
export const LOOK_EVERY_MS = 1_000
/** 16 MB: at 100 messages/s a checkpoint each quarter of a minute. */
export const CHECKPOINT_PAGES = 4_000
/** A quiet journal is checkpointed all the same. */
export const CHECKPOINT_AFTER_MS = 60_000
/** 64 MB: should the thread fall behind, the writer checkpoints by itself rather than let the log grow. */
export const FALLBACK_PAGES = 16_000

export interface LogFacts {
  /** Pages in the log that no checkpoint has moved. */
  readonly pages: number
  readonly sinceLastMs: number
}

/** Pure. */
export function isCheckpointDue({ pages, sinceLastMs }: LogFacts): boolean {
  return pages >= CHECKPOINT_PAGES || (pages > 0 && sinceLastMs >= CHECKPOINT_AFTER_MS)
}
