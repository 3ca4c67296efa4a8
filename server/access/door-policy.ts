/** All that core.db says about who may enter a door and when, and the tables that say it. */
import type { DatabaseSync } from 'node:sqlite'
import type { DoorPolicy } from './access-list.ts'
import { AccessTable } from './access-table.ts'
import { DoorRulesTable } from './door-rules-table.ts'
import { HolidayTable } from './holiday-table.ts'
import { ScheduleTable } from './schedule-table.ts'

export interface PolicyTables {
  readonly access: AccessTable
  readonly schedules: ScheduleTable
  readonly holidays: HolidayTable
  readonly rules: DoorRulesTable
}

export function openPolicyTables(db: DatabaseSync): PolicyTables {
  return {
    access: new AccessTable(db),
    schedules: new ScheduleTable(db),
    holidays: new HolidayTable(db),
    rules: new DoorRulesTable(db),
  }
}

/** Consistent only within a transaction: the administration writes beside the server. */
export function readDoorPolicy({ access, schedules, holidays, rules }: PolicyTables, door: string): DoorPolicy {
  return {
    assignments: access.assignmentsOf(door),
    roles: access.roles(),
    schedules: schedules.list(),
    holidays: holidays.list().map(({ day }) => day),
    rules: rules.of(door),
  }
}
