/** Sentences of the wall about one application or one door, in the language of the catalogue. */
import type { AppView, DoorEventView, DoorView } from '../../broker/contract/live.ts'
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

/** The door in one word: what it is now, the worst first. */
export function doorWord(door: Pick<DoorView, 'online' | 'lock' | 'contact' | 'alarms'>, t: Texts): string {
  const [alarm] = door.alarms
  if (!door.online) return t.door.offline
  if (alarm !== undefined) return t.alarm(alarm)
  if (door.contact === 'open') return t.door.open
  return door.lock === 'locked' ? t.door.locked : t.door.unlocked
}

export function doorEventText(event: DoorEventView, t: Texts): string {
  if (event.kind === 'denied' && event.reason !== null) return t.denial(event.reason)
  return t.doorEvent(event.kind)
}

const needsLook: ReadonlySet<string> = new Set(['denied', 'forced', 'held', 'sensor.lost', 'gap'])

/** Events somebody should look at: shown in amber. */
export function isNotable(event: Pick<DoorEventView, 'kind'>): boolean {
  return needsLook.has(event.kind)
}
