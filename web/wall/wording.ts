/** Sentences of the wall about one application, in the language of the catalogue. */
import type { AppView } from '../../broker/contract/live.ts'
import { clockOrDate } from '../lib/format.ts'
import type { Texts } from '../lib/texts-id.ts'

type Told = Pick<AppView, 'wallName' | 'state' | 'cause' | 'message' | 'lastHeartbeatAt' | 'maintenance'>

/** What the user of the application feels: "SIPD mati". */
export function headline(app: Pick<AppView, 'wallName' | 'state'>, t: Texts): string {
  if (app.state === 'down') return t.sentence.down(app.wallName)
  if (app.state === 'degraded') return t.sentence.degraded(app.wallName)
  if (app.state === 'unknown') return t.sentence.unknown(app.wallName)
  return t.sentence.other(app.wallName, t.stateName[app.state])
}

export function lastHeard(app: Pick<AppView, 'lastHeartbeatAt'>, nowMs: number, t: Texts): string {
  return app.lastHeartbeatAt === null ? t.neverHeard : t.lastHeartbeat(clockOrDate(app.lastHeartbeatAt, nowMs))
}

/** The same for a tile, where one short line has room. */
export function shortEvidence(app: Told, nowMs: number, t: Texts): string {
  return app.cause !== 'silence' && app.message !== '' ? app.message : lastHeard(app, nowMs, t)
}

/** Why it is so: the sender's words if it has any, else the cause and the last sign of life. */
export function evidence(app: Told, nowMs: number, t: Texts): string {
  if (app.state === 'maintenance' && app.maintenance !== null) {
    return `${t.until(clockOrDate(app.maintenance.until, nowMs))} · ${app.maintenance.reason}`
  }
  if (app.cause === 'silence') return `${t.causeName.silence}. ${lastHeard(app, nowMs, t)}.`
  if (app.message !== '') return app.message
  return `${t.causeName[app.cause]}. ${lastHeard(app, nowMs, t)}.`
}
