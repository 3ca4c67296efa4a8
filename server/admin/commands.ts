/** All commands of `npm run admin --`, in the order in which `help` lists them. To add one, add an entry to a table. */
import { accessTable } from './access-command-table.ts'
import { appTable } from './app-command-table.ts'
import type { Command } from './command.ts'
import { identityTable } from './identity-command-table.ts'

export const commands: readonly Command[] = [...appTable, ...identityTable, ...accessTable]
