/** How the write-ahead log of the journal is kept short. */

/** Often enough that a checkpoint is small: at 100 messages/s some hundred pages. */
export const CHECKPOINT_EVERY_MS = 1_000
/** 64 MB: should the thread fall behind, the writer checkpoints by itself rather than let the log grow. */
export const FALLBACK_PAGES = 16_000
