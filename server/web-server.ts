/** Opens the HTTP port: API, pages, metrics and the live gateway on one origin. */
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Identity } from '#contract/access.ts'
import type { IngestView } from '#contract/live.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Running } from '#runtime/run.ts'
import type { Credentials } from '../broker/identity/credentials.ts'
import type { EnrolmentCodes } from '../broker/identity/enrolment-codes.ts'
import { LastUses } from '../broker/identity/last-use.ts'
import type { AuditLog } from './audit/audit-log.ts'
import { type Auth, openAuth } from './auth/auth.ts'
import { type Exposure, judgeExposure } from './auth/exposure.ts'
import { factorsOutOfReach, judgeProvider } from './auth/provider-settings.ts'
import { demo, nobody } from './auth/roles.ts'
import type { DoorCommands } from './commands/door-commands.ts'
import { createHttpServer } from './http/http-server.ts'
import { createOriginRules } from './http/origin.ts'
import { judgeReadiness } from './http/readiness.ts'
import type { Feed } from './live/feed.ts'
import { type LiveServer, openGateway } from './live/gateway.ts'
import type { LiveSource } from './live/pending-changes.ts'
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
  readonly source: LiveSource
  readonly registry: Registry
  readonly credentials: Credentials
  readonly audit: AuditLog
  readonly enrolmentCodes: EnrolmentCodes
  /** Public, SPKI PEM. */
  readonly commandKey: string
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
  const exposure = judgeExposure(settings)
  const uses = openUses(options)
  const auth = await openLogin(options, exposure)
  // The port is known only after listening when it was 0.
  const rulesFor = (port: number) =>
    createOriginRules(port, settings.SIAGA_PUBLIC_URL, exposure.tls === undefined ? 'http' : 'https')
  let rules = rulesFor(settings.SIAGA_HTTP_PORT)
  const { app, keepConnection } = await createHttpServer({
    rules: () => rules,
    exposure,
    parts: {
      clock,
      log,
      auth,
      metricsToken: settings.SIAGA_METRICS_TOKEN,
      credentials,
      audit: options.audit,
      enrolmentCodes: options.enrolmentCodes,
      commandKey: options.commandKey,
      lastUses: () => uses.newest(),
      snapshot: feed.snapshot,
      readiness: () => judgeReadiness(options.uplink.isConnected(), options.ingest(), tail.lastId() - tail.cursor()),
      registry,
      series,
      pushes,
      identityOf: (token) => pusherOf(token, credentials, uses),
      isRegistered: (id) => present.app(id) !== undefined,
      metrics: metrics.scrape,
      heartbeatUrls: settings.SIAGA_HEARTBEAT_URLS,
      commands: options.commands,
      simulatorUrl: settings.SIAGA_DEMO ? settings.SIAGA_SIMULATOR_URL : undefined,
      webDir: resolve(settings.SIAGA_WEB_DIR),
    },
  })
  await app.ready()
  const gateway = openGateway(live, {
    http: app.server,
    feed,
    source: options.source,
    log,
    callerOf: async ({ headers }) => (auth ? ((await auth.personOf(headers.cookie)) ?? nobody) : demo),
    personIn: (session) => auth?.personIn(session),
    holding: () => auth?.sessions.holding(clock.wallMs()) ?? new Map(),
    onOpened: ({ socket }) => keepConnection(socket),
    isAllowed: ({ headers }) => rules.isOurHost(headers.host) && rules.isOurOrigin(headers.origin),
  })
  const port = await listen(app, settings)
  rules = rulesFor(port)
  announceFirstLink(
    options,
    auth,
    settings.SIAGA_PUBLIC_URL ?? `${exposure.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
  )
  return {
    port,
    async close() {
      await gateway.close()
      await app.close()
      metrics.close()
      uses.close()
      auth?.close()
    },
  }
}

/** When tokens were last used by HTTP. */
function openUses({ settings, clock, log, credentials }: WebServerOptions): LastUses {
  const isLive = (issue: string) => credentials.current(issue) !== undefined
  return new LastUses({ dataDir: resolve(settings.SIAGA_DATA_DIR), way: 'http', wallMs: clock.wallMs, isLive, log })
}

/** Who pushes with this token; a use of it, whatever becomes of the push. */
function pusherOf(token: string, credentials: Credentials, uses: LastUses): Identity | undefined {
  const identity = credentials.authenticateToken(token)
  if (identity) uses.note(identity.issue)
  return identity
}

/** People and sessions, where there is a login. */
async function openLogin({ settings, clock, log }: WebServerOptions, exposure: Exposure): Promise<Auth | undefined> {
  if (!exposure.login) return undefined
  const { secureCookies } = exposure
  const outOfReach = factorsOutOfReach(settings)
  if (outOfReach !== undefined) log.warn(outOfReach)
  // By name: to a bare address a browser gives no passkey.
  const baseUrl = settings.SIAGA_PUBLIC_URL ?? `http://localhost:${settings.SIAGA_HTTP_PORT}`
  return openAuth({
    dataDir: resolve(settings.SIAGA_DATA_DIR),
    provider: judgeProvider(settings),
    secondFactor: settings.SIAGA_SECOND_FACTOR,
    breachedPasswords: settings.SIAGA_BREACHED_PASSWORDS,
    ...{ baseUrl, secureCookies, clock, log },
  })
}

/** There is no default password: whoever reads this log makes the first administrator. The secret is no part sent to a server. */
function announceFirstLink({ log }: WebServerOptions, auth: Auth | undefined, origin: string): void {
  const secret = auth?.firstLink()
  if (secret === undefined) return
  log.warn(
    { link: `${origin}/login#first=${secret}` },
    'no administrator yet: open this link once, within 24 h, to become it',
  )
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
