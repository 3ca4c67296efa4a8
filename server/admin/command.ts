/** What a command of the administration is, so that parsing, help and execution are the same for all. */
import type { Credential } from '../../broker/identity/credentials.ts'
import type { Admin } from './admin.ts'
import { AdminError, usageError } from './failures.ts'
import { parseTime } from './times.ts'

/** What a command answers: a value for `--json`, the same in words for people. */
export interface Answer {
  readonly value: unknown
  readonly text: string
  /** 0 when absent. */
  readonly exitCode?: number
  /** For the audit record instead of the operands, which may be personal. */
  readonly about?: Readonly<Record<string, string>>
}

interface CommandOption {
  /** Word that stands for the value in the usage, as in `--name NAME`. */
  readonly value: string
  readonly summary: string
  readonly required?: true
}

export interface Call {
  /** In the order of `operands`. */
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, string | undefined>>
}

export interface Command {
  /** One or two words, as in `apps import`. */
  readonly name: string
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, CommandOption>>
  readonly summary: string
  /** It changes nothing, so the audit record does not tell of it. */
  readonly reads?: true
  run(admin: Admin, call: Call): Answer
}

/** `app maintenance ID --from TIME --until TIME --reason TEXT` */
export function usageOf({ name, operands, options }: Command): string {
  const words = Object.entries(options).map(([option, { value, required }]) =>
    required ? `--${option} ${value}` : `[--${option} ${value}]`,
  )
  return [name, ...operands, ...words].join(' ')
}

/** Present: the number of operands was checked before the command runs. */
export function operand({ operands }: Call, index: number): string {
  return operands[index] ?? ''
}

/** Present: required options were checked before the command runs. */
export function requiredOption({ options }: Call, name: string): string {
  return options[name] ?? ''
}

export function timeOption({ options }: Call, name: string): number | undefined {
  const written = options[name]
  return written === undefined ? undefined : parseTime(`--${name}`, written)
}

/** What stands between commas, each once. */
export function listOf(written: string): string[] {
  const words = written.split(',').map((word) => word.trim())
  return [...new Set(words.filter((word) => word !== ''))]
}

/** @throws AdminError when it is neither `on` nor `off` */
export function onOrOff({ options }: Call, name: string): boolean | undefined {
  const written = options[name]
  if (written === undefined) return undefined
  if (written === 'on' || written === 'off') return written === 'on'
  throw usageError(`--${name} is on or off, not "${written}"`)
}

/** Of commands that nothing undoes. */
export const confirmation = {
  confirm: { value: 'ID', summary: 'the same ID again: you know what it does' },
} as const

/** @throws AdminError that says what would happen, until the option repeats the id */
export function requireConfirmation({ options }: Call, id: string, consequence: string): void {
  if (options['confirm'] === id) return
  throw new AdminError(`nothing was done. ${consequence}. To do it, add --confirm ${id}`)
}

export function credentialAnswer(credential: Credential): Answer {
  const { id, username, password } = credential
  return {
    value: { id, username, password },
    text: `username ${username}\npassword ${password}\nIt is shown this once; an earlier password of ${username} has ended.`,
  }
}
