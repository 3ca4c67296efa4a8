/**
 * Passwords that were stolen elsewhere and published, in a file of the operator's: the "Pwned Passwords" list as its
 * downloader makes it, one line a password, `<SHA-1 in upper-case hex>:<count>`, ordered by the hash. It has some 40 GB,
 * so it is searched where it lies, by halving. SHA-1 is the list's own key here and protects nothing.
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { SettingsError } from '#runtime/settings.ts'

const HASH_LETTERS = 40
/** The longest line there is, twice: whatever the offset, a whole line is in it. */
const WINDOW_BYTES = 128
const LINE = /^[0-9A-F]{40}(:\d+)?\r?(\n|$)/
/** Looked at when the list is opened: one that is not ordered, or in lower case, would let every password pass. */
const SAMPLES = 200

/** The list was there at the start and cannot be read now. */
export class BreachedListAwayError extends Error {
  override readonly name = 'BreachedListAwayError'
}

export class BreachedPasswords {
  private readonly path: string

  /** @throws SettingsError when there is no such list */
  constructor(path: string) {
    this.path = path
    requireList(path)
  }

  /** Reads some 40 times 128 bytes. @throws BreachedListAwayError: a password that cannot be looked up is not taken */
  async has(password: string): Promise<boolean> {
    // As it is hashed when it is stored (passwords.ts); the list has what people typed, mostly so too.
    const hash = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase()
    try {
      return await this.search(hash)
    } catch (error) {
      throw new BreachedListAwayError(
        `SIAGA_BREACHED_PASSWORDS: cannot read "${this.path}": ${(error as Error).message}`,
      )
    }
  }

  private async search(hash: string): Promise<boolean> {
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

interface Line {
  readonly hash: string
  /** Byte behind it. */
  readonly end: number
  /** The line as it stands, with what follows it in the window. */
  readonly text: string
}

/** One letter before: then a line that begins right at `offset` is seen to. */
const windowAt = (offset: number) => Math.max(0, offset - 1)

async function lineAt(file: FileHandle, offset: number): Promise<Line> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW_BYTES), 0, WINDOW_BYTES, windowAt(offset))
  return firstLine(buffer.toString('latin1', 0, bytesRead), offset)
}

/** The first line that begins at `offset` or behind it; past the last one the highest hash there can be. */
function firstLine(window: string, offset: number): Line {
  const begin = offset === 0 ? 0 : window.indexOf('\n') + 1
  const hash = window.slice(begin, begin + HASH_LETTERS)
  const text = window.slice(begin)
  if ((offset > 0 && begin === 0) || hash.length < HASH_LETTERS) return { hash: 'G', end: offset, text }
  const lineFeed = window.indexOf('\n', begin)
  return { hash, end: windowAt(offset) + (lineFeed < 0 ? window.length : lineFeed + 1), text }
}

function requireList(path: string): void {
  const lines = sampled(path)
  const wrong = lines.findIndex(
    ({ hash, text }, index) =>
      (!LINE.test(text) && (index === 0 || hash !== 'G')) || hash < (lines[index - 1]?.hash ?? ''),
  )
  if (wrong < 0) return
  const percent = Math.round((100 * wrong) / SAMPLES)
  throw new SettingsError(
    `SIAGA_BREACHED_PASSWORDS is "${path}": at ${percent} % of it is no line of the list (SHA-1 in upper-case hex, a colon, a count), or lines are not ordered by the hash; make it anew with the downloader`,
  )
}

/** Lines from all over the file, in its order. @throws SettingsError when it cannot be read */
function sampled(path: string): Line[] {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      return Array.from({ length: SAMPLES }, (_, sample) => {
        const offset = Math.floor((size * sample) / SAMPLES)
        const buffer = Buffer.alloc(WINDOW_BYTES)
        const bytesRead = readSync(file, buffer, 0, WINDOW_BYTES, windowAt(offset))
        return firstLine(buffer.toString('latin1', 0, bytesRead), offset)
      })
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new SettingsError(`SIAGA_BREACHED_PASSWORDS: cannot read "${path}": ${(error as Error).message}`)
  }
}
