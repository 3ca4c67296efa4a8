/**
 * Keeps every door's retained access list what the registry says. A list gets a new version only when its content
 * changes; what could not be published waits for the next refresh.
 */
import { topicName } from '#contract/topics.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { transaction } from '../registry/core-db.ts'
import type { Registry } from '../registry/registry.ts'
import { buildAccessList, type DoorPolicy, listContent, nextChangeMs } from './access-list.ts'
import type { IssuedList } from './access-table.ts'
import { openPolicyTables, type PolicyTables, readDoorPolicy } from './door-policy.ts'
import { yearsWithoutHolidays } from './holiday-years.ts'
import { comparesVersionsAlone, judgeClaim, type ListNumber, nextNumber } from './list-numbers.ts'
import { ListTooLarge, requireFit } from './list-size.ts'
import type { SigningKey } from './signing-key.ts'

interface AccessPublisherOptions {
  readonly registry: Registry
  readonly key: SigningKey
  readonly clock: Clock
  readonly log: Log
  /** Publishes retained; rejects when the broker did not take it. */
  readonly publish: (topic: string, payload: string) => Promise<void>
}

interface ClaimFault {
  readonly level: 'warn' | 'error'
  readonly message: string
}

const neverIssued: ClaimFault = {
  level: 'error',
  message:
    'door claims an access list that was never issued and is not believed: somebody may have its token, enrol it anew (device enrol)',
}
/** A door that has not had the new list yet says the same for a moment, so it is no alarm. */
const beforeSeries: ClaimFault = {
  level: 'warn',
  message:
    'door has a list of before there were series: unless it takes the new one at once its program is an older one, which refuses it; update the program of the door',
}

export class AccessPublisher {
  readonly #options: AccessPublisherOptions
  readonly #tables: PolicyTables
  /** Doors whose list the broker does not have yet. */
  readonly #waiting = new Set<string>()
  /** What was logged last of a door's claim, so that it is logged once. */
  readonly #told = new Map<string, ClaimFault>()
  #nextChangeMs = Number.NEGATIVE_INFINITY

  constructor(options: AccessPublisherOptions) {
    this.#options = options
    this.#tables = openPolicyTables(options.registry.db)
  }

  /** Call it when the registry changed: issues and publishes the lists that say something else now. */
  async refresh(): Promise<void> {
    const nowMs = this.#options.clock.wallMs()
    const doors = this.#options.registry.devices.list('door')
    // Set last: whatever failed on the way is tried again at the next tick.
    this.#nextChangeMs = Math.min(...doors.map(({ id }) => this.#issueIfChanged(id, nowMs)))
    await this.#publishWaiting()
  }

  /** Call it each second: what changes by time alone, or a list that could not be published, costs a refresh. */
  async tick(): Promise<void> {
    if (this.#waiting.size > 0 || this.#options.clock.wallMs() >= this.#nextChangeMs) await this.refresh()
  }

  /** Call it on each connection: a broker that was restarted has forgotten its retained messages. */
  async republish(): Promise<void> {
    for (const { id } of this.#options.registry.devices.list('door')) this.#waiting.add(id)
    await this.refresh()
  }

  /**
   * A door has a newer list than the registry (a restored backup): outnumber it, or it would refuse ours for ever.
   * @returns false when it cannot have what it claims: nothing is issued then
   */
  async outnumber(door: string, claimed: ListNumber): Promise<boolean> {
    const issued = this.#tables.access.issuedList(door)
    const claim = issued ? judgeClaim(claimed, issued, this.#options.clock.wallMs()) : 'known'
    const isOld = issued !== undefined && comparesVersionsAlone(claimed, issued)
    this.#tell(door, claimed, claim === 'impossible' ? neverIssued : isOld ? beforeSeries : undefined)
    if (claim !== 'newer') return claim === 'known'
    this.#options.log.warn({ door, claimed, version: issued?.version }, 'door is ahead of the registry')
    this.#issue(door, claimed)
    await this.#publishWaiting()
    return true
  }

  /** Both are said again only after the door has said something else. */
  #tell(door: string, claimed: ListNumber, fault: ClaimFault | undefined): void {
    if (this.#told.get(door) === fault) return
    if (fault === undefined) this.#told.delete(door)
    else {
      this.#told.set(door, fault)
      this.#options.log[fault.level]({ door, claimed }, fault.message)
    }
  }

  /** @returns when its list next changes by time alone; epoch ms */
  #issueIfChanged(door: string, nowMs: number): number {
    const policy = readDoorPolicy(this.#tables, door)
    const issued = this.#tables.access.issuedList(door)
    const content = JSON.stringify(listContent(policy, nowMs))
    if (issued?.content !== content || issued.version === 0 || !this.#isOurs(issued)) this.#issue(door)
    return nextChangeMs(policy.assignments, nowMs)
  }

  /** False when the key was changed since: doors that trust the new one would refuse the old signature. */
  #isOurs(issued: IssuedList): boolean {
    return this.#options.key.sign(issued.body).signature === issued.signature
  }

  /** @param claimed of the door's own list, when that is newer */
  #issue(door: string, claimed?: ListNumber): void {
    const { registry, clock, key, log } = this.#options
    const nowMs = clock.wallMs()
    try {
      const version = transaction(registry.db, () => {
        const policy = readDoorPolicy(this.#tables, door)
        const content = listContent(policy, nowMs)
        // Read here: the command line may begin a new series at any moment.
        const number = nextNumber(this.#tables.access.issuedList(door), nowMs, claimed)
        const list = buildAccessList({ door, content, number, nowMs })
        requireFit(list)
        const signed = key.sign(JSON.stringify(list))
        this.#tables.access.storeIssuedList(door, {
          ...signed,
          version: list.version,
          content: JSON.stringify(content),
        })
        this.#warnOfMissingYears(door, policy, nowMs)
        return list.version
      })
      this.#waiting.add(door)
      log.info({ door, version }, 'access list issued')
    } catch (error) {
      if (!(error instanceof ListTooLarge)) throw error
      // The other doors still get theirs, and this one keeps the last that fitted.
      log.error({ door, reason: error.message }, 'access list not issued: the door keeps the one before')
    }
  }

  #warnOfMissingYears(door: string, { holidays, schedules }: DoorPolicy, nowMs: number): void {
    if (schedules.every(({ onHolidays }) => onHolidays)) return
    for (const year of yearsWithoutHolidays(holidays, nowMs)) {
      this.#options.log.warn({ door, year }, 'no holidays are known for this year: import them (holidays import FILE)')
    }
  }

  async #publishWaiting(): Promise<void> {
    for (const door of [...this.#waiting]) {
      const issued = this.#tables.access.issuedList(door)
      if (issued === undefined) continue
      const { body, signature, version } = issued
      try {
        await this.#options.publish(topicName('access', { door }), JSON.stringify({ body, signature }))
        // A newer list may have been issued while this one was under way.
        if (this.#tables.access.issuedList(door)?.version === version) this.#waiting.delete(door)
      } catch (error) {
        this.#options.log.warn({ door, version, reason: (error as Error).message }, 'access list waits for the broker')
        return
      }
    }
  }
}
