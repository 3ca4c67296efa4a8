/** All commands of `npm run admin --`, in the order in which `help` lists them. To add one, add an entry to a table. */
import { accessTable } from './access-command-table.ts'
import { accountTable } from './account-command-table.ts'
import { appTable } from './app-command-table.ts'
import type { Command } from './command.ts'
import { doorRulesTable } from './door-rules-command-table.ts'
import { holidayTable } from './holiday-command-table.ts'
import { identityTable } from './identity-command-table.ts'
import { peopleTable } from './people-command-table.ts'
import { scheduleTable } from './schedule-command-table.ts'

export const commands: readonly Command[] = [
  ...appTable,
  ...identityTable,
  ...accountTable,
  ...peopleTable,
  ...accessTable,
  ...scheduleTable,
  ...holidayTable,
  ...doorRulesTable,
]
