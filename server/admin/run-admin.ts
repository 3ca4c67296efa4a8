/** One run of the administration: command line in; text or JSON, and an exit code, out. */
import { type Admin, openAdmin } from './admin.ts'
import type { Answer, Call, Command } from './command.ts'
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
  readonly publicUrl?: string | undefined
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}

/** @returns the exit code */
export function runAdmin({ argv, dataDir, commandKeyPem, publicUrl, print, printError }: AdminRun): number {
  try {
    const line = parseCommandLine(argv, commands)
    const { command } = line
    if (command === undefined || line.help) {
      print(command ? commandHelp(command) : generalHelp(commands))
      return 0
    }
    const answer = withAdmin(openAdmin(dataDir, { commandKeyPem, publicUrl }), (admin) =>
      carryOut(admin, command, line.call),
    )
    return report(answer, line.json, { print, printError })
  } catch (error) {
    if (!(error instanceof AdminError)) throw error
    printError(`admin: ${error.message}`)
    return error.exitCode
  }
}

/** Operands are ids; of the options only the names are kept, since a value may be a person's name. */
function carryOut(admin: Admin, command: Command, call: Call): Answer {
  const answer = command.run(admin, call)
  if (command.reads || answer.exitCode) return answer
  const about = answer.about ?? { operands: call.operands.join(' ') }
  const options = Object.keys(call.options).join(' ')
  admin.audit.append({
    at: new Date(admin.nowMs()).toISOString(),
    actor: 'shell',
    from: `uid ${process.getuid?.()}`,
    act: 'shell command',
    about: { command: command.name, ...about, ...(options && { options }) },
  })
  return answer
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
