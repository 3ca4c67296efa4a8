/** Names of the journal's files in the data directory. */
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A Unix socket path longer than sun_path (108 bytes with its NUL, unix(7)) cannot be bound. */
const SOCKET_PATH_BYTES_MAX = 107

export function journalPath(dataDir: string): string {
  return join(dataDir, 'journal.db')
}

/** Where the writer rings when rows were committed; a short path in the temp directory when the own one is too long. */
export function doorbellPath(dataDir: string): string {
  const path = join(resolve(dataDir), 'journal.sock')
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return path
  const short = createHash('sha256').update(path).digest('hex').slice(0, 24)
  return join(tmpdir(), `siaga-${short}.sock`)
}
