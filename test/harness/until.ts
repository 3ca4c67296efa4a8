/** Waits for a condition instead of for a time. */
import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 10

type Seen<T> = T | undefined | false | null

/** @throws Error naming `what` when it is not so within `timeoutMs`; what `look` throws is thrown at once */
export async function until<T>(what: string, look: () => Seen<T> | Promise<Seen<T>>, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await delay(POLL_MS)
  }
}
