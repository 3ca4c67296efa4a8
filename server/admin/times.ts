/** Times of the command line: ISO 8601 in, WIB (UTC+7) when no offset is written; WIB out. */
import { z } from 'zod'
import { usageError } from './failures.ts'

const WIB_MS = 7 * 3_600_000
const WithOffset = z.iso.datetime({ offset: true })
const Local = z.iso.datetime({ local: true })
const Day = z.iso.date()

/**
 * Epoch ms of "2026-11-24T09:00:00+07:00", "2026-11-24T09:00" (WIB) or "2026-11-24" (its beginning in WIB).
 * @throws AdminError naming the option
 */
export function parseTime(option: string, written: string): number {
  if (WithOffset.safeParse(written).success) return Date.parse(written)
  if (Day.safeParse(written).success) return Date.parse(`${written}T00:00:00Z`) - WIB_MS
  if (Local.safeParse(written).success) return Date.parse(`${written}Z`) - WIB_MS
  throw usageError(
    `${option} "${written}" is no time: write 2026-11-24T09:00 (WIB) or 2026-11-24T09:00:00+07:00, or a day, 2026-11-24`,
  )
}

export function formatWib(atMs: number): string {
  return `${new Date(atMs + WIB_MS).toISOString().slice(0, 16).replace('T', ' ')} WIB`
}

export function iso(atMs: number): string {
  return new Date(atMs).toISOString()
}
