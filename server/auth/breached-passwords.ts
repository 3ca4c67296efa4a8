/**
 * Passwords that were stolen elsewhere and published, in a file of the operator's: the "Pwned Passwords" list as its
 * downloader makes it, one line a password, `<SHA-1 in upper-case hex>:<count>`, ordered by the hash. It has some 40 GB,
 * so it is searched where it lies, by halving. SHA-1 is the list's own key here and protects nothing.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { SettingsError } from '#runtime/settings.ts'

const HASH_LETTERS = 40
/** The longest line there is, twice: whatever the offset, a whole line is in it. */
const WINDOW_BYTES = 128
const LINE = /^[0-9A-F]{40}(:\d+)?\r?\n/

export class BreachedPasswords {
  private readonly path: string

  /** @throws SettingsError when there is no such list */
  constructor(path: string) {
    this.path = path
    requireList(path)
  }

  /** Reads some 40 times 128 bytes. @throws Error of the file system: a password that cannot be looked up is not taken */
  async has(password: string): Promise<boolean> {
    const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
    const file = await open(this.path, 'r')
    try {
      let from = 0
      let to = (await file.stat()).size
      while (from < to) {
        const middle = Math.floor((from + to) / 2)
        const line = await lineAt(file, middle)
        if (line.hash === hash) return true
        if (line.hash < hash) from = line.end
        else to = middle
      }
      return false
    } finally {
      await file.close()
    }
  }
}

/** The first line that begins at `offset` or behind it; past the last one the highest hash there can be. */
async function lineAt(file: FileHandle, offset: number): Promise<{ readonly hash: string; readonly end: number }> {
  // One letter before: then a line that begins right here is seen to.
  const from = Math.max(0, offset - 1)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW_BYTES), 0, WINDOW_BYTES, from)
  const text = buffer.toString('latin1', 0, bytesRead)
  const begin = offset === 0 ? 0 : text.indexOf('\n') + 1
  const hash = text.slice(begin, begin + HASH_LETTERS)
  if ((offset > 0 && begin === 0) || hash.length < HASH_LETTERS) return { hash: 'G', end: offset }
  const lineFeed = text.indexOf('\n', begin)
  return { hash, end: lineFeed < 0 ? from + bytesRead : from + lineFeed + 1 }
}

function requireList(path: string): void {
  const buffer = Buffer.alloc(WINDOW_BYTES)
  try {
    const file = openSync(path, 'r')
    readSync(file, buffer, 0, WINDOW_BYTES, 0)
    closeSync(file)
  } catch (error) {
    throw new SettingsError(`SIAGA_BREACHED_PASSWORDS: cannot read "${path}": ${(error as Error).message}`)
  }
  if (LINE.test(buffer.toString('latin1'))) return
  throw new SettingsError(
    `SIAGA_BREACHED_PASSWORDS is "${path}": its first line is no SHA-1 in upper-case hex with a count; expected the list ordered by hash`,
  )
}
