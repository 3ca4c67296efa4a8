/** Administration of applications: import, list, token, maintenance, removal. */
import type { Credential } from '../../broker/identity/credentials.ts'
import type { App } from '../registry/apps.ts'
import { type ImportOutcome, importApps } from '../registry/import.ts'
import type { StoredWindow } from '../registry/maintenance.ts'
import type { Admin } from './admin.ts'
import { notFound, usageError } from './failures.ts'

/** @param text CSV or a JSON array; all rows are taken, or none */
export function importAppsFrom(admin: Admin, text: string): ImportOutcome {
  return importApps(admin.registry, text, admin.nowMs())
}

export function listApps(admin: Admin): App[] {
  return admin.registry.apps.list()
}

/** A new token for an application; an older one stops working at once. @throws AdminError when it is not registered */
export function issueAppToken(admin: Admin, id: string): Credential {
  requireApp(admin, id)
  return admin.credentials.issue({ role: 'app', id })
}

interface Announcement {
  readonly app: string
  readonly fromMs: number
  readonly untilMs: number
  readonly reason: string
}

/** Plans a window. @throws AdminError when the application is not registered, or the window is over or backwards */
export function announceMaintenance(admin: Admin, announcement: Announcement): StoredWindow {
  const { app, fromMs, untilMs } = announcement
  const announcedMs = admin.nowMs()
  requireApp(admin, app)
  if (untilMs <= fromMs) throw usageError('--until must be later than --from')
  if (untilMs <= announcedMs) throw usageError('--until has passed: a window cannot excuse what has already happened')
  return admin.registry.maintenance.announce({ ...announcement, announcedMs })
}

/** Takes an application and its token away; its history stays. @throws AdminError when it is not registered */
export function removeApp(admin: Admin, id: string): void {
  requireApp(admin, id)
  admin.registry.apps.remove(id)
  admin.credentials.revoke(`app:${id}`)
}

function requireApp(admin: Admin, id: string): void {
  if (admin.registry.apps.get(id)) return
  const known = listApps(admin).map((app) => app.id)
  throw notFound('application', id, known, 'import it first (apps import FILE), or see "apps list"')
}
