/**
 * A live source of which one part may fail without the others: a view that throws leaves its application or door out of
 * frames and snapshots alike, until it works again. Left standing as it was, a screen would take it for current.
 */
import type { Log } from '#runtime/log.ts'
import type { LiveSource } from './pending-changes.ts'

/** Answers `undefined`, nothing or null for what throws; logs it once, until it works again. */
export function guardSource(source: LiveSource, log: Log): LiveSource {
  /** Bounded by the applications and doors there are. */
  const failing = new Set<string>()
  const guarded = <T, F>(what: string, read: () => T, failed: F): T | F => {
    try {
      const value = read()
      failing.delete(what)
      return value
    } catch (error) {
      if (!failing.has(what)) log.error({ err: error, what }, 'left out of the live state: it cannot be shown')
      failing.add(what)
      return failed
    }
  }
  return {
    appIds: () => source.appIds(),
    doorIds: () => source.doorIds(),
    appView: (id) => guarded(`application ${id}`, () => source.appView(id), undefined),
    trendOf: (id) => guarded(`trend ${id}`, () => source.trendOf(id), undefined),
    doorView: (id) => guarded(`door ${id}`, () => source.doorView(id), undefined),
    maintenance: () => guarded('maintenance', () => source.maintenance(), []),
    recoveries: () => guarded('recoveries', () => source.recoveries(), []),
    availabilityPercent: () => guarded('availability', () => source.availabilityPercent(), null),
    ingest: () => source.ingest(),
  }
}
