/** One simulated OPD application: a real HTTP server on loopback that answers as slowly and as wrongly as its mode says. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#runtime/clock.ts'
import type { AppMode } from './drama.ts'
import { answerLatencyMs } from './latency-model.ts'
import type { Random } from './random.ts'
import type { SampleApp } from './sample-apps.ts'

/** An answer later than this is reported as degraded. */
export const SLOW_LIMIT_MS = 2_000
const SLOW_EXTRA_MS = 400
const QUIET_MIN_MS = 18
const QUIET_SPREAD_MS = 160
const HOST = '127.0.0.1'

export interface OpdApplication {
  readonly app: SampleApp
  /** The same for the whole run, also while it is stopped. */
  readonly address: string
  readonly mode: AppMode
  setMode(mode: AppMode): Promise<void>
  close(): Promise<void>
}

export async function startOpdApplication(
  app: SampleApp,
  { clock, random }: { clock: Clock; random: Random },
): Promise<OpdApplication> {
  const quietMs = QUIET_MIN_MS + QUIET_SPREAD_MS * random() ** 2
  const waiting = new Set<NodeJS.Timeout>()
  let mode: AppMode = 'normal'

  const answerAfterMs = () => {
    const latencyMs = answerLatencyMs(quietMs, clock.wallMs(), random)
    return mode === 'slow' ? SLOW_LIMIT_MS + SLOW_EXTRA_MS + latencyMs : latencyMs
  }
  const server = createServer((_, response) => {
    const timer = setTimeout(() => {
      waiting.delete(timer)
      answer(response, app, mode)
    }, answerAfterMs())
    waiting.add(timer)
  })
  const port = await listen(server, 0)
  const stop = async () => {
    for (const timer of waiting) clearTimeout(timer)
    waiting.clear()
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  return {
    app,
    address: `http://${HOST}:${port}/`,
    get mode() {
      return mode
    },
    async setMode(wanted) {
      if (wanted === mode) return
      mode = wanted
      if (wanted === 'stopped') await stop()
      else if (!server.listening) await listen(server, port)
    },
    close: stop,
  }
}

function answer(response: ServerResponse, app: SampleApp, mode: AppMode): void {
  const failing = mode === 'failing'
  response.writeHead(failing ? 500 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ app: app.id, status: failing ? 'error' : 'ok', simulated: true }))
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, HOST)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
