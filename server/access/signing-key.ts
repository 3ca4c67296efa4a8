/**
 * The Ed25519 key (RFC 8032) that signs access lists and commands. Doors hold the public half, so whoever takes over
 * the broker still opens nothing.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Signed } from '#contract/signed.ts'

const KEY_FILE = 'command-key.pem'

export interface SigningKey {
  /** SPKI PEM, for the setting SIAGA_COMMAND_KEY of a door. */
  readonly publicKeyPem: string
  sign(body: string): Signed
}

/**
 * The key given in `pem` (SIAGA_COMMAND_KEY; PKCS #8), else the one in the data directory, which is made at first use
 * and readable by its owner alone.
 * @throws Error when it is not an Ed25519 private key, saying how to make one
 */
export function loadSigningKey(dataDir: string, pem?: string): SigningKey {
  if (pem !== undefined) return toSigningKey(pem, 'SIAGA_COMMAND_KEY')
  const path = join(dataDir, KEY_FILE)
  return toSigningKey(readIfPresent(path) ?? createKeyFile(dataDir, path), path)
}

function toSigningKey(pem: string, source: string): SigningKey {
  const privateKey = parsePrivateKey(pem, source)
  return {
    publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (body) => ({ body, signature: sign(null, Buffer.from(body), privateKey).toString('base64') }),
  }
}

function parsePrivateKey(pem: string, source: string): KeyObject {
  const advice = 'make one with "openssl genpkey -algorithm ed25519"'
  let key: KeyObject
  try {
    // An environment file cannot hold line breaks: "\n" stands for them there.
    key = createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch (error) {
    throw new Error(`${source} is no private key in PEM (${(error as Error).message}): ${advice}`, { cause: error })
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new Error(`${source} is a ${key.asymmetricKeyType} key, an Ed25519 key is needed: ${advice}`)
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Written beside and linked into place: of two processes that start together one wins, and none reads half a key. */
function createKeyFile(dataDir: string, path: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, pem, { mode: 0o600, flag: 'w', flush: true })
  try {
    linkSync(draft, path)
    return pem
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readFileSync(path, 'utf8')
  } finally {
    rmSync(draft)
  }
}
