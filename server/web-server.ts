/** Opens the HTTP port: API, pages, metrics and the live gateway on one origin. */
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { IngestView } from '#contract/live.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Running } from '#runtime/run.ts'
import type { Credentials } from '../broker/identity/credentials.ts'
import type { DoorCommands } from './commands/door-commands.ts'
import { createHttpServer } from './http/http-server.ts'
import { createOriginRules } from './http/origin.ts'
import { judgeReadiness } from './http/readiness.ts'
import type { Feed } from './live/feed.ts'
import { type LiveServer, openGateway } from './live/gateway.ts'
import type { Present } from './live/present.ts'
import { createMetrics } from './metrics.ts'
import type { Pushes } from './push/pushes.ts'
import type { Registry } from './registry/registry.ts'
import type { SeriesStore } from './series/store.ts'
import type { ServerSettings } from './settings.ts'
import type { JournalTail } from './tail/journal-tail.ts'
import type { RowHandler } from './tail/row-handler.ts'
import type { Uplink } from './uplink.ts'

export interface WebServerOptions {
  readonly settings: ServerSettings
  readonly clock: Clock
  readonly log: Log
  readonly live: LiveServer
  readonly feed: Feed
  readonly registry: Registry
  readonly credentials: Credentials
  readonly present: Present
  readonly pushes: Pushes
  readonly commands: DoorCommands
  readonly uplink: Uplink
  readonly ingest: () => IngestView
  readonly rows: RowHandler
  readonly tail: JournalTail
  readonly series: SeriesStore
}

export async function serveWeb(options: WebServerOptions): Promise<Running & { readonly port: number }> {
  const { settings, clock, log, live, feed, registry, credentials, present, pushes, tail, series } = options
  const metrics = createMetrics({ apps: () => feed.snapshot().apps, numbers: () => readNumbers(options) })
  // The port is known only after listening when it was 0.
  let rules = createOriginRules(settings.SIAGA_HTTP_PORT, settings.SIAGA_PUBLIC_URL)
  const app = await createHttpServer({
    rules: () => rules,
    parts: {
      clock,
      log,
      snapshot: feed.snapshot,
      readiness: () => judgeReadiness(options.uplink.isConnected(), options.ingest(), tail.lastId() - tail.cursor()),
      registry,
      series,
      pushes,
      identityOf: (token) => credentials.authenticateToken(token),
      isRegistered: (id) => present.app(id) !== undefined,
      metrics: metrics.scrape,
      heartbeatUrls: settings.SIAGA_HEARTBEAT_URLS,
      commands: settings.SIAGA_DEMO ? options.commands : undefined,
      simulatorUrl: settings.SIAGA_DEMO ? settings.SIAGA_SIMULATOR_URL : undefined,
      webDir: resolve(settings.SIAGA_WEB_DIR),
    },
  })
  await app.ready()
  const gateway = openGateway(live, {
    http: app.server,
    feed,
    log,
    isAllowed: ({ headers }) => rules.isOurHost(headers.host) && rules.isOurOrigin(headers.origin),
  })
  const port = await listen(app, settings)
  rules = createOriginRules(port, settings.SIAGA_PUBLIC_URL)
  return {
    port,
    async close() {
      await gateway.close()
      await app.close()
      metrics.close()
    },
  }
}

function readNumbers({ rows, ingest, tail, series, live }: WebServerOptions): Record<string, number> {
  return {
    siaga_heartbeats_total: rows.counts.heartbeats,
    siaga_strangers_total: rows.counts.strangers,
    siaga_unusable_rows_total: rows.counts.unusable,
    siaga_ingest_lag_seconds: ingest().lagMs / 1000,
    siaga_tail_lag_rows: tail.lastId() - tail.cursor(),
    siaga_series_influx_lag_rows: series.status().influxLag,
    siaga_live_clients: live.clients(),
  }
}

async function listen(app: FastifyInstance, settings: ServerSettings): Promise<number> {
  const { SIAGA_HTTP_HOST: host, SIAGA_HTTP_PORT: port } = settings
  try {
    await app.listen({ host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Error(`HTTP port ${host}:${port} is taken by another process; choose another SIAGA_HTTP_PORT or stop it`)
  }
  return (app.server.address() as AddressInfo).port
}
