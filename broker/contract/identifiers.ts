/** Scalars that every payload shares. Ids are `[a-z0-9-]{1,64}`: safe as a topic level, a file name and a Map key. */
import { z } from 'zod'

export const idPattern = '[a-z0-9-]{1,64}'
export const Id = z.string().regex(/^[a-z0-9-]{1,64}$/, 'an id is 1 to 64 of a-z, 0-9 and -')

/** Random 128-bit id of an agent's outbox file, in hex: a new file is a new journal, so its sequence may restart. */
export const JournalId = z.string().regex(/^[0-9a-f]{32}$/, 'a journal id is 32 hex digits')

/** SHA-256 in lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a hash is 64 hex digits')

/** Kernel boot id, or any token a sender changes when its sequence starts again. */
export const BootId = z.string().min(1).max(64)

/** A sender's running number; whole, from 0. */
export const Sequence = z.int().min(0)

/** The last moment that a date can say (ECMA-262, time values): beyond it `toISOString` throws. */
export const EPOCH_MS_MAX = 8_640_000_000_000_000

/** Far above what changes ever come to, and far enough below 2^53 that whatever a door says can be counted on from. */
export const ACCESS_VERSION_MAX = 1_000_000_000_000_000
/** Version of an access list; 0 where there is none. */
export const AccessVersion = Sequence.max(ACCESS_VERSION_MAX)

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const EpochMs = z.int().min(0).max(EPOCH_MS_MAX)

/** CLOCK_MONOTONIC in milliseconds. A kernel would have to run for 274,000 years to pass the bound: no honest sender does. */
export const MonotonicMs = z.number().min(0).max(EPOCH_MS_MAX)

/**
 * A sender's clock as ISO 8601 or epoch milliseconds; decoded to epoch milliseconds. In UTC of the years 1 to 9999, which
 * ISO 8601 writes with four digits: microseconds or nanoseconds by mistake are refused here.
 */
export const SenderTime = z
  .union([z.int().min(0), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
  .refine((ms) => ms >= -62_135_596_800_000 && ms <= 253_402_300_799_999, 'not milliseconds of a year before 10000')

/** What an agent knows of its clock: set by NTP, running on since then, or never set since boot. */
export const ClockState = z.enum(['synced', 'hold', 'unset'])
export type ClockState = z.infer<typeof ClockState>
