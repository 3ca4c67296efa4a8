/** From the words of a command line to a command and its call; whatever is wrong is named, with the nearest that exists. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type Call, type Command, usageOf } from './command.ts'
import { usageError } from './failures.ts'
import { nearest } from './nearest.ts'

export interface CommandLine {
  readonly json: boolean
  /** Absent when help is asked for in general. */
  readonly command: Command | undefined
  readonly help: boolean
  readonly call: Call
}

const general = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

/** @throws AdminError (exit 64) for anything that is not a command with what it needs */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): CommandLine {
  const words = argv.filter((word) => !word.startsWith('-'))
  const json = argv.includes('--json')
  if (words.length === 0 && argv.every((word) => isHelp(word) || word === '--json')) return generalHelp(json)
  if (words[0] === 'help') return words.length === 1 ? generalHelp(json) : helpFor(words.slice(1), commands, json)
  const command = findCommand(words, commands)
  const { values, positionals } = parse(argv, command)
  const operands = positionals.slice(command.name.split(' ').length)
  const { json: _, help, ...rest } = values
  const call: Call = { operands, options: rest as Call['options'] }
  if (help !== true) check(command, call)
  return { json, command, help: help === true, call }
}

function generalHelp(json: boolean): CommandLine {
  return { json, command: undefined, help: true, call: { operands: [], options: {} } }
}

function helpFor(words: readonly string[], commands: readonly Command[], json: boolean): CommandLine {
  return { ...generalHelp(json), command: findCommand(words, commands) }
}

function findCommand(words: readonly string[], commands: readonly Command[]): Command {
  const two = words.slice(0, 2).join(' ')
  const found = commands.find(({ name }) => name === two) ?? commands.find(({ name }) => name === words[0])
  if (found) return found
  const names = commands.map(({ name }) => name)
  const sameStart = names.filter((name) => name.split(' ')[0] === words[0])
  const close = nearest(two, names) ?? (words[0] && nearest(words[0], names))
  const advice = close
    ? `did you mean "${close}"?`
    : sameStart.length > 0
      ? `there is ${sameStart.join(', ')}`
      : 'see "help"'
  throw usageError(`unknown command "${two}": ${advice}`)
}

function parse(argv: readonly string[], command: Command) {
  const own = Object.fromEntries(Object.keys(command.options).map((name) => [name, { type: 'string' as const }]))
  const options: NonNullable<ParseArgsConfig['options']> = { ...general, ...own }
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw usageError(wrongOption(argv, Object.keys(options), (error as Error).message, command))
  }
}

/** Node's message, and the option that was probably meant. */
function wrongOption(argv: readonly string[], known: readonly string[], message: string, command: Command): string {
  const unknown = argv
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).split('=')[0] ?? '')
    .find((word) => !known.includes(word))
  const close = unknown && nearest(unknown, known)
  if (unknown !== undefined) {
    return `unknown option --${unknown}${close ? `: did you mean --${close}?` : ''}\nusage: ${usageOf(command)}`
  }
  return `${message}\nusage: ${usageOf(command)}`
}

function check(command: Command, { operands, options }: Call): void {
  const missing = [
    ...command.operands.slice(operands.length),
    ...Object.entries(command.options).flatMap(([name, { required }]) =>
      required && !options[name]?.trim() ? [`--${name}`] : [],
    ),
  ]
  const extra = operands.slice(command.operands.length)
  if (missing.length > 0) throw usageError(`missing: ${missing.join(', ')}\nusage: ${usageOf(command)}`)
  if (extra.length > 0) throw usageError(`too much: ${extra.join(' ')}\nusage: ${usageOf(command)}`)
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}
