/**
 * Recovery codes in place of the app's. Each has 120 random bits, so its plain SHA-256 is enough at rest (OWASP ASVS 5,
 * 6.5.2: a password hash is needed below 112). The library knows hashes alone: what is typed is hashed before it looks.
 */
import { createHash, randomInt } from 'node:crypto'
import { z } from 'zod'
import { inGroups, RECOVERY_LETTERS, randomLetters, readTypedCode } from '#contract/typed-code.ts'

const CODES = 10
const GROUP = 6
const HASH = /^[0-9a-f]{64}$/
const Codes = z.array(z.string())

export function makeRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => inGroups(randomLetters(RECOVERY_LETTERS, randomInt), GROUP))
}

/** What the library is asked for in place of what was typed. */
export function recoveryCodeHash(typed: string): string {
  return createHash('sha256').update(readTypedCode(typed)).digest('hex')
}

/** How the library keeps its JSON list: once new, with codes; after each use again, with the hashes that are left. */
export const recoveryCodesAtRest = {
  encrypt: async (list: string): Promise<string> => {
    const hashes = Codes.parse(JSON.parse(list)).map((code) => (HASH.test(code) ? code : recoveryCodeHash(code)))
    return JSON.stringify(hashes)
  },
  decrypt: async (list: string): Promise<string> => list,
}
