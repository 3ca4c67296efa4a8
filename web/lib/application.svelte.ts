/** One application on the screen: every member is its own signal, so a heartbeat redraws one number and not the wall. */
import type { AppTrend, AppView } from '../../broker/contract/live.ts'
import { changingAppKeys } from './frames.ts'

export class Application implements AppView {
  readonly id: string
  name = $state('')
  wallName = $state('')
  opd = $state('')
  service = $state('')
  region = $state<AppView['region']>(null)
  criticality = $state<AppView['criticality']>(3)
  intervalS = $state(0)
  graceS = $state(0)
  state = $state<AppView['state']>('new')
  since = $state('')
  cause = $state<AppView['cause']>('registered')
  message = $state('')
  lastHeartbeatAt = $state<AppView['lastHeartbeatAt']>(null)
  latencyMs = $state<AppView['latencyMs']>(null)
  seq = $state<AppView['seq']>(null)
  at = $state<AppView['at']>(null)
  maintenance = $state.raw<AppView['maintenance']>(null)
  simulated = $state(false)
  /** Last 60 minutes and last 48 half hours; replaced as a whole, about once a minute. */
  trend = $state.raw<Pick<AppTrend, 'latencyMs' | 'day'>>({ latencyMs: [], day: [] })

  constructor(view: AppView) {
    this.id = view.id
    this.apply(view)
  }

  /** Takes over the members that `patch` names. */
  apply(patch: Partial<AppView>): void {
    for (const key of changingAppKeys) take(this, patch, key)
  }
}

function take<K extends (typeof changingAppKeys)[number]>(to: Pick<AppView, K>, from: Partial<AppView>, key: K): void {
  const value = from[key]
  if (value !== undefined) to[key] = value
}
