/** How many applications are in which state, as counted on every page. */
import type { AppView } from '../../broker/contract/live.ts'
import type { AppState } from '../../broker/contract/states.ts'

export interface Counters {
  down: number
  degraded: number
  unknown: number
  maintenance: number
  /** `up` and `late`: late is up until its deadline. */
  normal: number
  /** Outside the accounts: registered, never heard. */
  added: number
}

const counterOf: Readonly<Record<AppState, keyof Counters>> = {
  down: 'down',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'maintenance',
  up: 'normal',
  late: 'normal',
  new: 'added',
}

export function countStates(apps: readonly Pick<AppView, 'state'>[]): Counters {
  const counters: Counters = { down: 0, degraded: 0, unknown: 0, maintenance: 0, normal: 0, added: 0 }
  for (const app of apps) counters[counterOf[app.state]] += 1
  return counters
}
