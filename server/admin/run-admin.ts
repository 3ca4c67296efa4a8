/** One run of the administration: command line in; text or JSON, and an exit code, out. */
import { type Admin, openAdmin } from './admin.ts'
import type { Answer } from './command.ts'
import { parseCommandLine } from './command-line.ts'
import { commands } from './commands.ts'
import { AdminError } from './failures.ts'
import { commandHelp, generalHelp } from './help.ts'

export interface AdminRun {
  /** Words after `npm run admin --`. */
  readonly argv: readonly string[]
  /** Must exist. */
  readonly dataDir: string
  readonly commandKeyPem?: string | undefined
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}

/** @returns the exit code */
export function runAdmin({ argv, dataDir, commandKeyPem, print, printError }: AdminRun): number {
  try {
    const line = parseCommandLine(argv, commands)
    const { command } = line
    if (command === undefined || line.help) {
      print(command ? commandHelp(command) : generalHelp(commands))
      return 0
    }
    const answer = withAdmin(openAdmin(dataDir, { commandKeyPem }), (admin) => command.run(admin, line.call))
    return report(answer, line.json, { print, printError })
  } catch (error) {
    if (!(error instanceof AdminError)) throw error
    printError(`admin: ${error.message}`)
    return error.exitCode
  }
}

function withAdmin(admin: Admin, work: (admin: Admin) => Answer): Answer {
  try {
    return work(admin)
  } finally {
    admin.close()
  }
}

/** JSON always goes to standard output, a failure in words to standard error. */
function report(answer: Answer, json: boolean, { print, printError }: Pick<AdminRun, 'print' | 'printError'>): number {
  const exitCode = answer.exitCode ?? 0
  if (json) print(JSON.stringify(answer.value))
  else if (exitCode === 0) print(answer.text)
  else printError(answer.text)
  return exitCode
}
