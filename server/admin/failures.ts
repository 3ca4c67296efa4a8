/** How a command fails: in words that say what to do next, and with an exit code of sysexits.h. */
import { nearest } from './nearest.ts'

const EXIT_FAILED = 1
/** EX_USAGE: the command line is wrong. */
const EXIT_USAGE = 64
/** EX_DATAERR: what a file holds is wrong. */
export const EXIT_DATA = 65
/** EX_NOINPUT: a file cannot be read. */
export const EXIT_NO_INPUT = 66

export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT_FAILED) {
    super(message)
    this.exitCode = exitCode
  }
}

export function usageError(message: string): AdminError {
  return new AdminError(message, EXIT_USAGE)
}

/** "there is no door "x": did you mean "y"?" */
export function notFound(kind: string, id: string, known: readonly string[], advice: string): AdminError {
  const close = nearest(id, known)
  return new AdminError(`there is no ${kind} "${id}": ${close ? `did you mean "${close}"?` : advice}`)
}
