/**
 * From what was sent and what was seen to latencies. A number skipped by coalescing was shown when a later one of the
 * same application was: what a screen says then is at least as new. Pure.
 */
import type { Seen } from './processes/live-client.ts'
import type { Sent } from './processes/paced-publisher.ts'

export interface Matched {
  readonly latenciesMs: number[]
  /** Shown by a later number, not by its own. */
  readonly skipped: number
  readonly neverSeen: number
}

export function matchLatencies(sent: readonly Sent[], seen: readonly Seen[]): Matched {
  const byApp = Map.groupBy(seen, ({ app }) => app)
  for (const list of byApp.values()) list.sort((a, b) => a.atMs - b.atMs)
  const latenciesMs: number[] = []
  let skipped = 0
  let neverSeen = 0
  for (const message of sent) {
    const shown = byApp.get(message.app)?.find(({ seq }) => seq >= message.seq)
    if (!shown) neverSeen += 1
    else {
      latenciesMs.push(shown.atMs - message.atMs)
      if (shown.seq !== message.seq) skipped += 1
    }
  }
  return { latenciesMs, skipped, neverSeen }
}
