/** The commands for accounts and for the record of who did what, as the command line knows them. */
import { AUDIT_PAGE_MAX } from '../audit/audit-log.ts'
import { enableAccount, listAccounts, resetAccount } from './account-commands.ts'
import { type Command, operand } from './command.ts'

const LISTED = 50

export const accountTable: readonly Command[] = [
  {
    name: 'accounts list',
    reads: true,
    operands: [],
    options: {},
    summary: 'list who may log in to the pages, with role and last use',
    run(admin) {
      const accounts = listAccounts(admin)
      const lines = accounts.map(({ email, role, disabled, lastUsedAt }) =>
        [email, role, disabled ? 'disabled' : '-', lastUsedAt ?? 'never'].join('\t'),
      )
      return { value: accounts, text: lines.join('\n') || 'no accounts yet' }
    },
  },
  {
    name: 'account reset',
    operands: ['EMAIL'],
    options: {},
    summary: 'a one-time link for somebody locked out; sessions end, and with its use password, codes and passkeys',
    run(admin, call) {
      const { id, link, until } = resetAccount(admin, operand(call, 0))
      return {
        value: { id, link, until },
        about: { account: id },
        text: `${link}\nIt works once, until ${until}, and is shown this once: hand it to nobody else.`,
      }
    },
  },
  {
    name: 'account enable',
    operands: ['EMAIL'],
    options: {},
    summary: 'let somebody in again who was disabled',
    run(admin, call) {
      const id = enableAccount(admin, operand(call, 0))
      return { value: { id, enabled: true }, about: { account: id }, text: `${operand(call, 0)} may log in again` }
    },
  },
  {
    name: 'audit list',
    reads: true,
    operands: [],
    options: { limit: { value: 'NUMBER', summary: `how many, ${LISTED} when left out, ${AUDIT_PAGE_MAX} at most` } },
    summary: 'the newest entries of the record of who did what',
    run(admin, { options }) {
      const entries = admin.audit.list(Number(options['limit']) || LISTED)
      const lines = entries.map(({ number, at, actor, from, act, about }) =>
        [number, at, actor, from, act, ...Object.entries(about).map(([name, value]) => `${name}=${value}`)].join('\t'),
      )
      return { value: entries, text: lines.join('\n') || 'nothing was done yet' }
    },
  },
  {
    name: 'audit verify',
    reads: true,
    operands: [],
    options: {},
    summary:
      'check the chain of the record; exits 1 and names the first entry that does not follow from the one before',
    run(admin) {
      const { entries, firstBad } = admin.audit.verify()
      const good = firstBad === null
      const text = good
        ? `${entries} entries, each follows from the one before`
        : `entry ${firstBad} was changed, or one before it taken out`
      return { value: { entries, firstBad }, text, exitCode: good ? 0 : 1 }
    },
  },
]
