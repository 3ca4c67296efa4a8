/** Passwords at rest: argon2id (RFC 9106) of Node's crypto, a few at a time, so that logging in is no way to stop the server. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** OWASP's least for argon2id with one lane: 19 MiB, two passes. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Each takes some 60 ms of one core and 19 MiB. */
const HASHES_AT_ONCE = 2
const HASHES_WAITING_MAX = 20

const derive = promisify(argon2)

/** More log in at once than can be hashed: answered 503. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError'
}

export interface Passwords {
  /** PHC string. @throws PasswordsBusyError */
  hash(password: string): Promise<string>
  /** @throws PasswordsBusyError */
  verify(hash: string, password: string): Promise<boolean>
}

export function createPasswords(): Passwords {
  let running = 0
  const waiting: (() => void)[] = []
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= HASHES_AT_ONCE) {
      if (waiting.length >= HASHES_WAITING_MAX) throw new PasswordsBusyError('too many log in at once')
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES)
      const hash = await inTurn(() => derived(password, salt))
      return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(hash)}`
    },
    async verify(stored, password) {
      const [, kind, , parameters, salt, hash] = stored.split('$')
      // One set of parameters so far: another one is not ours.
      const known = kind === 'argon2id' && parameters === `m=${MEMORY_KIB},t=${PASSES},p=${LANES}`
      if (!known || !salt || !hash) return false
      const expected = Buffer.from(hash, 'base64')
      const given = await inTurn(() => derived(password, Buffer.from(salt, 'base64')))
      return expected.length === given.length && timingSafeEqual(expected, given)
    },
  }
}

function derived(password: string, nonce: Buffer): Promise<Buffer> {
  return derive('argon2id', {
    // The same letters typed on two keyboards are the same password.
    message: password.normalize('NFC'),
    nonce,
    parallelism: LANES,
    tagLength: HASH_BYTES,
    memory: MEMORY_KIB,
    passes: PASSES,
  })
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
