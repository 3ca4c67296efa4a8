/** The record of who did what (`/api/v1/audit`), with the names of accounts that there still are. */
import { AuditPage } from '../../broker/contract/audit.ts'
import { call } from '../lib/api.ts'
import { t } from '../lib/texts.ts'

export type AuditEntry = AuditPage['entries'][number]
export type Names = ReadonlyMap<string, string>

export const loadAudit = (before: number | null): Promise<AuditPage> =>
  call(`/api/v1/audit${before === null ? '' : `?before=${before}`}`, AuditPage)

/** The name of an account, else what there is. Pure. */
export function actorName(actor: string, names: Names): string {
  return names.get(actor) ?? t.audit.actors[actor] ?? actor
}

/** "Budi Santoso · role: leader". Pure. */
export function aboutText(about: AuditEntry['about'], names: Names): string {
  return Object.entries(about)
    .map(([what, id]) => (what === 'account' ? (names.get(id) ?? id) : `${what}: ${id}`))
    .join(' · ')
}
