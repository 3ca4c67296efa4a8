/** Composition root of the broker process: lock, journal, credentials, MQTT listener, watermarks. */
import { join } from 'node:path'
import { type Clock, readBootId, systemClock } from '#runtime/clock.ts'
import { openDataDirectory } from '#runtime/data-directory.ts'
import { acquireLock } from '#runtime/lock-file.ts'
import type { Log } from '#runtime/log.ts'
import type { Running } from '#runtime/run.ts'
import { openCredentials } from './identity/credentials.ts'
import { LastUses } from './identity/last-use.ts'
import { startAliveMarks } from './journal/alive-marks.ts'
import type { Entry, Watermark } from './journal/entry.ts'
import type { PruneLimits } from './journal/retention.ts'
import { openJournalWriter } from './journal/writer.ts'
import { createConsumption } from './listener/consumption.ts'
import { planEndpoints } from './listener/endpoint-plan.ts'
import type { OpenEndpoint } from './listener/endpoints.ts'
import { startListener } from './listener/listener.ts'
import { createPublishing } from './listener/publishing.ts'
import { Sessions } from './listener/sessions.ts'
import { createWatermarks } from './listener/watermarks.ts'
import type { BrokerSettings } from './settings.ts'

const DAY_MS = 86_400_000
/** Pulses and `alive` rows are for the judgement of the moment. */
const MARKS_KEPT_MS = 3_600_000

export interface Broker extends Running {
  /** Of plain TCP. */
  readonly port: number
  readonly endpoints: readonly Pick<OpenEndpoint, 'kind' | 'port'>[]
}

export interface BrokerParts {
  readonly log: Log
  readonly clock?: Clock
}

export async function startBroker(
  settings: BrokerSettings,
  { log, clock = systemClock }: BrokerParts,
): Promise<Broker> {
  const { endpoints, warnings } = planEndpoints(settings)
  for (const warning of warnings) log.warn(warning)
  const dataDir = openDataDirectory(settings)
  const lock = acquireLock(join(dataDir, 'journal.lock'))
  const credentials = openCredentials(dataDir)
  const consumption = createConsumption()
  // The listener is made last, but a commit may move a watermark before: nothing is lost, the start tells all.
  let tellWatermark = (_: Watermark) => {}
  let issuesInUse = (): Iterable<string> => []
  const journal = await openJournalWriter({
    dataDir,
    boot: readBootId(),
    log,
    monoMs: clock.monoMs,
    pruneLimits: () => pruneLimits(settings, clock.wallMs(), consumption.consumed()),
    onWatermark: (watermark) => tellWatermark(watermark),
  })
  await journal.append([ownRow('started', clock)])

  const isLive = (issue: string) => credentials.current(issue) !== undefined
  const inUse = () => issuesInUse()
  const lastUses = new LastUses({ dataDir, way: 'mqtt', wallMs: clock.wallMs, isLive, inUse, log })
  const sessions = new Sessions({ credentials, log, onUse: (issue) => lastUses.note(issue) })
  const watermarks = createWatermarks((...message) => listener.publish(...message), log)
  const listener = await startListener({
    endpoints,
    connectionsMax: settings.SIAGA_MQTT_CONNECTIONS,
    connectionsPerAddressMax: settings.SIAGA_MQTT_CONNECTIONS_PER_ADDRESS,
    sessions,
    createPublishing: (clients, breaches) =>
      createPublishing({
        sessions,
        journal,
        clock,
        breaches,
        onPulse: consumption.heard,
        connectionOf: (client) => clients.connectionOf(client),
      }),
    clock,
    log,
    beforeSubscribe: watermarks.beforeSubscribe,
  })
  issuesInUse = listener.issuesInUse
  tellWatermark = watermarks.tell
  for (const watermark of journal.watermarks) tellWatermark(watermark)
  const alive = startAliveMarks(journal, () => ownRow('alive', clock), clock, log)
  const port = listener.endpoints[0]?.port ?? 0
  log.info({ port, endpoints: listener.endpoints.map(({ kind, port }) => `${kind}:${port}`) }, 'broker ready')

  return {
    port,
    endpoints: listener.endpoints,
    async close() {
      alive.close()
      await listener.close()
      await journal.append([ownRow('stopped', clock)])
      await journal.close()
      lastUses.close()
      credentials.close()
      lock.release()
    },
  }
}

function pruneLimits(settings: BrokerSettings, nowMs: number, consumed: number | undefined): PruneLimits | undefined {
  if (consumed === undefined) return undefined
  const beforeMs = nowMs - settings.SIAGA_JOURNAL_RETENTION_DAYS * DAY_MS
  return { beforeMs, marksBeforeMs: Math.max(beforeMs, nowMs - MARKS_KEPT_MS), consumed, nowMs }
}

/** A row of the writer's own: between `stopped` (or the last row, if it died) and `started` nothing could be heard. */
function ownRow(channel: 'started' | 'stopped' | 'alive', clock: Clock): Entry {
  return {
    channel,
    subject: 'broker',
    sender: 'journal',
    receivedMs: clock.wallMs(),
    monoMs: clock.monoMs(),
    payload: '{}',
  }
}
