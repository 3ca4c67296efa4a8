/** Registry row + judgement → what the wall shows of an application. Pure. */
import type { AppView } from '#contract/live.ts'
import type { Judgement } from '../monitor/judgement.ts'
import type { App } from '../registry/apps.ts'

export function appView(app: App, judgement: Readonly<Judgement>): AppView {
  return {
    id: app.id,
    name: app.name,
    wallName: app.wallName ?? app.name,
    opd: app.opd,
    service: app.service,
    region: app.region,
    criticality: app.criticality,
    intervalS: app.intervalS,
    graceS: app.graceS,
    state: judgement.state,
    since: iso(judgement.sinceMs),
    cause: judgement.cause,
    message: judgement.message,
    lastHeartbeatAt: judgement.heardMs === null ? null : iso(judgement.heardMs),
    latencyMs: judgement.latencyMs,
    seq: judgement.seq,
    at: judgement.at === null ? null : iso(judgement.at),
    maintenance: judgement.maintenance && {
      until: iso(judgement.maintenance.untilMs),
      reason: judgement.maintenance.reason,
    },
    simulated: app.simulated,
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
