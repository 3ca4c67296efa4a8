/** The key that signs session cookies and encrypts second factors: made once, beside the database but not in it. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SECRET_BYTES = 32
const OWNER_ONLY = 0o600

export function loadAuthSecret(dataDir: string): string {
  const path = join(dataDir, 'auth-secret')
  if (!existsSync(path)) {
    // Exclusive: of two processes that start at once one fails instead of both holding another key.
    writeFileSync(path, randomBytes(SECRET_BYTES).toString('hex'), { mode: OWNER_ONLY, flag: 'wx' })
  }
  return readFileSync(path, 'utf8').trim()
}
