/** Says in the journal, while nobody speaks, that the broker could have heard: silence then is the senders' own. */
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Entry } from './entry.ts'
import type { JournalWriter } from './writer.ts'

/** Well within the 5 s from which a stretch without rows counts as our own outage. */
const QUIET_MS = 2_000
const CHECK_MS = 500

export interface AliveMarks {
  close(): void
}

/** @param mark makes the row to write */
export function startAliveMarks(journal: JournalWriter, mark: () => Entry, clock: Clock, log: Log): AliveMarks {
  const timer = setInterval(() => {
    if (clock.monoMs() - journal.lastAppendMonoMs() < QUIET_MS) return
    journal.append([mark()]).catch((error: unknown) => log.warn({ err: error }, 'alive mark not written'))
  }, CHECK_MS)
  return { close: () => clearInterval(timer) }
}
