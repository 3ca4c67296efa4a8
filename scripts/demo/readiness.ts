/** Waiting for the server over its own public contract: ready to work, and the wall full. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const POLL_MS = 150
const ASK_TIMEOUT_MS = 2_000

const Status = z.object({ apps: z.array(z.object({ state: z.string() })) })

/** Resolves when `/readyz` answers 200. @throws Error when it does not within this time, with its last words */
export async function whenReady(httpUrl: string, withinMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + withinMs
  let last = 'no answer'
  while (performance.now() < deadline) {
    last = await ask(`${httpUrl}/readyz`)
      .then(async (response) => (response.ok ? '' : `HTTP ${response.status}: ${await response.text()}`))
      .catch((error: unknown) => String(error))
    if (last === '') return
    await delay(POLL_MS, undefined, { signal })
  }
  throw new Error(`${httpUrl}/readyz: not ready within ${withinMs / 1_000} s (${last})`)
}

/** How many applications have been heard, once it is all of them or the time is over. */
export async function whenHeard(
  httpUrl: string,
  { apps, withinMs, signal }: { apps: number; withinMs: number; signal: AbortSignal },
): Promise<number> {
  const deadline = performance.now() + withinMs
  let heard = 0
  while (heard < apps && performance.now() < deadline) {
    heard = await countHeard(httpUrl)
    if (heard < apps) await delay(POLL_MS, undefined, { signal })
  }
  return heard
}

async function countHeard(httpUrl: string): Promise<number> {
  try {
    const status = Status.parse(await (await ask(`${httpUrl}/api/v1/status`)).json())
    return status.apps.filter(({ state }) => state !== 'new').length
  } catch {
    return 0 // the server is away for a moment; asked again
  }
}

function ask(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
}
