/** The hash chain of an agent's records (rule: contract/record.ts). Edge seals, journal verifies. */
import { createHash } from 'node:crypto'

/** SHA-256 in hex over the record's JSON text without its `hash` member, members in the order given. */
export function recordHash(record: Readonly<Record<string, unknown>>): string {
  const { hash: _, ...unsealed } = record
  return createHash('sha256').update(JSON.stringify(unsealed)).digest('hex')
}

/** True when the record's own `hash` is the hash of its bytes. */
export function isSealed(record: Readonly<Record<string, unknown>>): boolean {
  return record['hash'] === recordHash(record)
}
