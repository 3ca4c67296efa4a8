/** Files that commands read. */
import { readFileSync } from 'node:fs'
import { AdminError, EXIT_DATA, EXIT_NO_INPUT } from './failures.ts'

/** Some hundred times the largest registry expected: a mistaken file is refused instead of taken apart. */
const INPUT_BYTES_MAX = 16 * 1024 * 1024

/** @param path `-` for standard input @throws AdminError when it cannot be read, or is too large */
export function readInput(path: string): string {
  try {
    const bytes = readFileSync(path === '-' ? 0 : path)
    if (bytes.length <= INPUT_BYTES_MAX) return bytes.toString('utf8')
    throw new AdminError(`${path} has ${bytes.length} bytes, the limit is ${INPUT_BYTES_MAX}`, EXIT_DATA)
  } catch (error) {
    if (error instanceof AdminError) throw error
    throw new AdminError(`cannot read ${path}: ${(error as Error).message}`, EXIT_NO_INPUT)
  }
}
