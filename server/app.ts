/** Composition root of the server process: journal tail → judgement → live feed, series, HTTP, Socket.IO. */
import { join } from 'node:path'
import { type Clock, readBootId, systemClock } from '#runtime/clock.ts'
import { openDataDirectory } from '#runtime/data-directory.ts'
import { acquireLock } from '#runtime/lock-file.ts'
import type { Log } from '#runtime/log.ts'
import type { Running } from '#runtime/run.ts'
import { openCredentials } from '../broker/identity/credentials.ts'
import { openEnrolmentCodes } from '../broker/identity/enrolment-codes.ts'
import { AccessPublisher } from './access/access-publisher.ts'
import { loadSigningKey } from './access/signing-key.ts'
import { openAuditLog } from './audit/audit-log.ts'
import { readBuild } from './build.ts'
import { createDoorCommands } from './commands/door-commands.ts'
import { createFeed } from './live/feed.ts'
import { createLiveServer } from './live/gateway.ts'
import { guardSource } from './live/guarded-source.ts'
import { Present } from './live/present.ts'
import { type PulseTrain, startPulse } from './pulse.ts'
import { createPushes } from './push/pushes.ts'
import { openRegistry } from './registry/registry.ts'
import { type Rounds, startRounds } from './rounds.ts'
import type { ServerSettings } from './settings.ts'
import { openHistory } from './tail/history.ts'
import { type JournalTail, startJournalTail } from './tail/journal-tail.ts'
import { createKeeper } from './tail/keeper.ts'
import { createRowHandler } from './tail/row-handler.ts'
import { openUplink } from './uplink.ts'
import { serveWeb } from './web-server.ts'

export interface SiagaServer extends Running {
  readonly port: number
}

export interface ServerParts {
  readonly log: Log
  readonly clock?: Clock
}

export async function startServer(
  settings: ServerSettings,
  { log, clock = systemClock }: ServerParts,
): Promise<SiagaServer> {
  const stores = await openStores(settings, { log, clock })
  const { dataDir, registry, credentials, present, history } = stores

  // Parts that need each other: what is looked up late is a function.
  let tail: JournalTail | undefined
  let pulse: PulseTrain | undefined
  let rounds: Rounds | undefined
  const ingest = () => pulse?.ingest() ?? { state: 'down' as const, lagMs: 0 }
  const identity = serverIdentity(settings, () => credentials.issue({ role: 'server', id: settings.SIAGA_SERVER }))
  const uplink = openUplink({
    url: settings.SIAGA_MQTT_URL,
    ...identity,
    log,
    onConnect: () => rounds?.publishAccess(),
  })
  const { publish } = uplink
  const key = loadSigningKey(dataDir, settings.SIAGA_COMMAND_KEY)
  const access = new AccessPublisher({ registry, clock, log, key, publish })
  const isOnline = (door: string) => present.doors.viewOf(door, clock.wallMs())?.online
  const commands = createDoorCommands({ key, clock, log, publish, isOnline })
  const live = createLiveServer()
  const build = readBuild(settings.SIAGA_WEB_DIR)
  const source = guardSource(present.source(ingest), log)
  const feed = createFeed({ source, clock, build, demo: settings.SIAGA_DEMO, ...live })
  pulse = startPulse({
    server: settings.SIAGA_SERVER,
    boot: readBootId(),
    clock,
    publish,
    consumed: () => keeper.consumed(),
  })
  const pushes = createPushes({ publish, tail: () => tail })
  const keeper = createKeeper({ ...history, registry, app: present.app, checkpoint: () => present.checkpoint(), log })
  const onStranger = () => rounds?.followRegistry()
  const rows = createRowHandler({
    ...present.parts(),
    ...{ feed, pulse, pushes, commands, onStranger, log },
    keep: keeper.keep,
  })
  tail = startJournalTail({ dataDir, cursor: history.cursor, log, onRows: rows.handle })
  rounds = startRounds({ registry, credentials, present, feed, access, ingest, clock, log })
  const web = await serveWeb({
    ...{ settings, clock, log, live, feed, source, registry, credentials, present },
    ...{ enrolmentCodes: stores.enrolmentCodes, audit: stores.audit, commandKey: key.publicKeyPem },
    ...{ pushes, commands, uplink, ingest, rows, tail, series: history.series },
  })

  log.info({ port: web.port, apps: registry.apps.list().length }, 'server ready')
  return {
    port: web.port,
    async close() {
      rounds?.close()
      await web.close()
      commands.close()
      pulse?.close()
      feed.close()
      await uplink.close()
      tail?.close()
      rows.close()
      keeper.close()
      await stores.close()
    },
  }
}

/** Everything on disk, and the present as it follows from it. */
async function openStores(settings: ServerSettings, { log, clock }: Required<ServerParts>) {
  const dataDir = openDataDirectory(settings)
  const lock = acquireLock(join(dataDir, 'server.lock'))
  const registry = openRegistry(dataDir)
  const credentials = openCredentials(dataDir)
  const enrolmentCodes = openEnrolmentCodes(dataDir)
  const audit = openAuditLog(dataDir)
  const present = new Present(registry, clock)
  const history = await openHistory({ settings, dataDir, present, registry, clock, log })
  return {
    dataDir,
    registry,
    credentials,
    enrolmentCodes,
    audit,
    present,
    history,
    async close() {
      await history.close()
      audit.close()
      enrolmentCodes.close()
      credentials.close()
      registry.close()
      lock.release()
    },
  }
}

/** The given identity, or one made now: broker and server share the data directory of one host. */
function serverIdentity(settings: ServerSettings, issue: () => { username: string; password: string }) {
  const { SIAGA_MQTT_USERNAME: username, SIAGA_MQTT_PASSWORD: password } = settings
  if (username !== undefined && password !== undefined) return { username, password }
  const issued = issue()
  return { username: issued.username, password: issued.password }
}
