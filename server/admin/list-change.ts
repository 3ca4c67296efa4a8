/** Changes of what doors are told: all or nothing, and never to a list that no door could be sent. */
import { ACCESS_VERSION_MAX, EpochMs } from '#contract/identifiers.ts'
import { buildAccessList, type ListContent, listContent } from '../access/access-list.ts'
import { readDoorPolicy } from '../access/door-policy.ts'
import { ListTooLarge, requireFit } from '../access/list-size.ts'
import { transaction } from '../registry/core-db.ts'
import type { Admin } from './admin.ts'
import { AdminError } from './failures.ts'

/** The longest numbers there may be: a list that fits with them fits always. */
const longest = { series: EpochMs.maxValue ?? 0, version: ACCESS_VERSION_MAX }

/**
 * Runs `change` in a transaction, within one that is open already as a part of it.
 * @throws AdminError with the figures, and nothing is changed, when the list of a door that it touches would not fit
 */
export function changeLists<T>(admin: Admin, change: () => T): T {
  const { db } = admin.registry
  if (db.isTransaction) return change()
  try {
    return transaction(db, () => {
      const nowMs = admin.nowMs()
      const before = new Map(contents(admin, nowMs).map(([door, content]) => [door, JSON.stringify(content)]))
      const answer = change()
      for (const [door, content] of contents(admin, nowMs)) {
        if (before.get(door) === JSON.stringify(content)) continue
        requireFit(buildAccessList({ door, content, number: longest, nowMs }))
      }
      return answer
    })
  } catch (error) {
    if (error instanceof ListTooLarge) throw new AdminError(`nothing was changed: ${error.message}`)
    throw error
  }
}

function contents(admin: Admin, nowMs: number): [string, ListContent][] {
  return admin.registry.devices.list('door').map(({ id }) => [id, listContent(readDoorPolicy(admin, id), nowMs)])
}
