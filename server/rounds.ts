/** What the server does by the clock: look for changes of the registry, roll the minute, tell an ingest change at once. */

import { identityName } from '#contract/access.ts'
import type { IngestView } from '#contract/live.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { RefusalTally } from '#runtime/refusal-tally.ts'
import type { Credentials } from '../broker/identity/credentials.ts'
import type { AccessPublisher } from './access/access-publisher.ts'
import type { Feed } from './live/feed.ts'
import type { Present } from './live/present.ts'
import type { Registry } from './registry/registry.ts'

/** A command of the administrator is in force within a second. */
const REGISTRY_CHECK_MS = 300
const SUMMARY_EVERY_MS = 10_000
const ACCESS_EVERY_MS = 1_000
const MINUTE_MS = 60_000

export interface Rounds {
  /** Takes over what the administrator changed, now instead of at the next look. @throws Error when it cannot be read */
  followRegistry(): void
  /** The broker is there (again) and has no retained messages of ours. */
  publishAccess(): void
  close(): void
}

export interface RoundsOptions {
  readonly registry: Registry
  readonly credentials: Credentials
  readonly present: Present
  readonly feed: Feed
  readonly access: AccessPublisher
  readonly ingest: () => IngestView
  readonly clock: Clock
  readonly log: Log
}

export function startRounds(options: RoundsOptions): Rounds {
  const { registry, credentials, present, feed, access, clock, log } = options
  const report = (error: unknown) => log.error({ err: error }, 'access lists could not be published')
  const unread = new RefusalTally(log, 'registry not read; trying again', { level: 'error' })
  // Until a change was taken over: the registry tells of it once.
  let stale = false
  const followRegistry = () => {
    credentials.reload()
    const isRevoked = (id: string) => !credentials.has(identityName({ role: 'door', id }))
    for (const id of present.doors.loseConnections(isRevoked)) feed.touchDoor(id)
    stale = registry.changed() || stale
    if (!stale) return
    const touched = present.followRegistry()
    stale = false
    for (const id of touched.apps) feed.touchApp(id)
    for (const id of touched.doors) feed.touchDoor(id)
    feed.touchSummary()
    feed.touchTrends()
    access.refresh().catch(report)
  }
  let minute = Math.floor(clock.wallMs() / MINUTE_MS)
  const rollMinute = () => {
    const now = Math.floor(clock.wallMs() / MINUTE_MS)
    if (now === minute) return
    minute = now
    feed.touchTrends()
  }
  access.refresh().catch(report)
  const registryTimer = setInterval(() => {
    try {
      followRegistry()
    } catch (error) {
      unread.note({ err: error })
    }
    rollMinute()
  }, REGISTRY_CHECK_MS)
  const summaryTimer = setInterval(() => {
    feed.touchSummary()
  }, SUMMARY_EVERY_MS)
  const keepAccess = async () => {
    await access.tick()
    for (const { door, claimed } of present.doors.claimedLists()) {
      const believed = await access.outnumber(door, claimed)
      if (present.doors.setListAhead(door, !believed)) feed.touchDoor(door)
    }
  }
  const accessTimer = setInterval(() => {
    keepAccess().catch(report)
  }, ACCESS_EVERY_MS)
  return {
    followRegistry,
    publishAccess: () => {
      access.republish().catch(report)
    },
    close() {
      clearInterval(registryTimer)
      clearInterval(summaryTimer)
      clearInterval(accessTimer)
      unread.close()
    },
  }
}
