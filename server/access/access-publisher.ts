/**
 * Keeps every door's retained access list what the assignments say. A list gets a new version only when its people
 * change; what could not be published waits for the next refresh.
 */
import { topicName } from '#contract/topics.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { transaction } from '../registry/core-db.ts'
import type { Registry } from '../registry/registry.ts'
import { buildAccessList, nextExpiryMs, peopleToAdmit } from './access-list.ts'
import { AccessTable, type IssuedList } from './access-table.ts'
import type { SigningKey } from './signing-key.ts'

interface AccessPublisherOptions {
  readonly registry: Registry
  readonly key: SigningKey
  readonly clock: Clock
  readonly log: Log
  /** Publishes retained; rejects when the broker did not take it. */
  readonly publish: (topic: string, payload: string) => Promise<void>
}

export class AccessPublisher {
  readonly #options: AccessPublisherOptions
  readonly #table: AccessTable
  /** Doors whose list the broker does not have yet. */
  readonly #waiting = new Set<string>()
  #nextExpiryMs = Number.NEGATIVE_INFINITY

  constructor(options: AccessPublisherOptions) {
    this.#options = options
    this.#table = new AccessTable(options.registry.db)
  }

  /** Call it when the registry changed: issues and publishes the lists that say something else now. */
  async refresh(): Promise<void> {
    const nowMs = this.#options.clock.wallMs()
    this.#nextExpiryMs = Number.POSITIVE_INFINITY
    for (const { id } of this.#options.registry.devices.list('door')) this.#issueIfChanged(id, nowMs)
    await this.#publishWaiting()
  }

  /** Call it each second: an assignment that ended, or a list that could not be published, costs a refresh. */
  async tick(): Promise<void> {
    if (this.#waiting.size > 0 || this.#options.clock.wallMs() >= this.#nextExpiryMs) await this.refresh()
  }

  /** Call it on each connection: a broker that was restarted has forgotten its retained messages. */
  async republish(): Promise<void> {
    for (const { id } of this.#options.registry.devices.list('door')) this.#waiting.add(id)
    await this.refresh()
  }

  /** A door has a newer list than the registry (a restored backup): outnumber it, or it would refuse ours for ever. */
  async outnumber(door: string, reportedVersion: number): Promise<void> {
    const issued = this.#table.issuedList(door)
    if (issued === undefined || reportedVersion <= issued.version) return
    if (reportedVersion >= Number.MAX_SAFE_INTEGER) {
      this.#options.log.error({ door, reportedVersion }, 'no access list can outnumber this version: reset the door')
      return
    }
    this.#options.log.warn({ door, reportedVersion, version: issued.version }, 'door is ahead of the registry')
    this.#issue(door, reportedVersion)
    await this.#publishWaiting()
  }

  #issueIfChanged(door: string, nowMs: number): void {
    const assignments = this.#table.assignmentsOf(door)
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, nextExpiryMs(assignments, nowMs))
    const issued = this.#table.issuedList(door)
    const people = JSON.stringify(peopleToAdmit(assignments, nowMs))
    if (issued?.people !== people || !this.#isOurs(issued)) this.#issue(door, issued?.version ?? 0)
  }

  /** False when the key was changed since: doors that trust the new one would refuse the old signature. */
  #isOurs(issued: IssuedList): boolean {
    return this.#options.key.sign(issued.body).signature === issued.signature
  }

  #issue(door: string, lastVersion: number): void {
    const { registry, clock, key, log } = this.#options
    const nowMs = clock.wallMs()
    const version = transaction(registry.db, () => {
      const people = peopleToAdmit(this.#table.assignmentsOf(door), nowMs)
      const list = buildAccessList({ door, people, lastVersion, nowMs })
      const signed = key.sign(JSON.stringify(list))
      this.#table.storeIssuedList(door, { ...signed, version: list.version, people: JSON.stringify(people) })
      return list.version
    })
    this.#waiting.add(door)
    log.info({ door, version }, 'access list issued')
  }

  async #publishWaiting(): Promise<void> {
    for (const door of [...this.#waiting]) {
      const issued = this.#table.issuedList(door)
      if (issued === undefined) continue
      const { body, signature, version } = issued
      try {
        await this.#options.publish(topicName('access', { door }), JSON.stringify({ body, signature }))
        // A newer list may have been issued while this one was under way.
        if (this.#table.issuedList(door)?.version === version) this.#waiting.delete(door)
      } catch (error) {
        this.#options.log.warn({ door, version, reason: (error as Error).message }, 'access list waits for the broker')
        return
      }
    }
  }
}
