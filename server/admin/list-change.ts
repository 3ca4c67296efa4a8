/** Changes of what doors are told: all or nothing, and never to a list that no door could be sent. */
import { buildAccessList, type ListContent, listContent } from '../access/access-list.ts'
import { readDoorPolicy } from '../access/door-policy.ts'
import { ListTooLarge, requireFit } from '../access/list-size.ts'
import { transaction } from '../registry/core-db.ts'
import type { Admin } from './admin.ts'
import { AdminError } from './failures.ts'

/** The longest number a version may become: a list that fits with it fits always. */
const LONGEST_VERSION = Number.MAX_SAFE_INTEGER

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
        requireFit(buildAccessList({ door, content, lastVersion: LONGEST_VERSION - 1, nowMs }))
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
