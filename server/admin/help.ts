/** The help texts, made from the commands themselves. */
import { type Command, usageOf } from './command.ts'

const LEAD = `Provisioning of Siaga from a shell. Works on SIAGA_DATA_DIR (./data when not set), beside a running server or
without one; what it changes is in force within a second.

usage: npm run admin -- COMMAND [--json]
`

export function generalHelp(commands: readonly Command[]): string {
  const entries = commands.map((command) => `  ${usageOf(command)}\n      ${command.summary}`)
  return `${LEAD}\n${entries.join('\n')}\n  help [COMMAND]\n      this page, or one command\n
  --json    one line of JSON instead of text; a credential is { id, username, password }
  --help    help for the command before it

exit codes: 0 done, 1 not done, 64 wrong command line, 65 wrong data, 66 unreadable file, 78 wrong settings`
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { value, summary }]) => `  --${name} ${value}`.padEnd(20) + summary,
  )
  const head = `usage: npm run admin -- ${usageOf(command)} [--json]\n\n${command.summary}`
  return options.length > 0 ? `${head}\n\n${options.join('\n')}` : head
}
