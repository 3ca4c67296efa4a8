/** Administration of weekly hours. A running server tells the doors within a second. */
import type { NamedSchedule } from '../access/schedule-table.ts'
import type { Admin } from './admin.ts'
import { AdminError } from './failures.ts'
import { requireId } from './identity-commands.ts'
import { requireSchedule } from './known.ts'
import { changeLists } from './list-change.ts'

/** Enough to see who it is about. */
const USERS_NAMED_MAX = 5

/** Adds a schedule, or replaces one. @returns the one before */
export function putSchedule(admin: Admin, schedule: NamedSchedule): NamedSchedule | undefined {
  requireId(schedule.id)
  return changeLists(admin, () => {
    const before = admin.schedules.get(schedule.id)
    admin.schedules.put(schedule)
    return before
  })
}

/** @returns what was removed @throws AdminError while somebody has to keep to it */
export function removeSchedule(admin: Admin, id: string): NamedSchedule {
  return changeLists(admin, () => {
    const schedule = requireSchedule(admin, id)
    const users = admin.access.assignments().filter((each) => each.schedule === id)
    if (users.length > 0) {
      const named = users.slice(0, USERS_NAMED_MAX).map(({ person, door }) => `${person} at ${door}`)
      const more = users.length - named.length
      throw new AdminError(
        `${id} is kept to by ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}: assign them other hours first`,
      )
    }
    admin.schedules.remove(id)
    return schedule
  })
}
