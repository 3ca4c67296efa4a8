/** Days and months in WIB (Asia/Pontianak): UTC+7 all year, no daylight saving since 1964. Times are epoch ms. */
import type { Period } from './availability.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WIB_MS = 7 * HOUR_MS

/** The WIB day that contains a moment. */
export function wibDay(atMs: number): Period {
  const fromMs = Math.floor((atMs + WIB_MS) / DAY_MS) * DAY_MS - WIB_MS
  return { fromMs, untilMs: fromMs + DAY_MS }
}

/** The WIB year that contains a moment. */
export function wibYear(atMs: number): number {
  return new Date(atMs + WIB_MS).getUTCFullYear()
}

/** The WIB month that contains a moment. */
export function wibMonth(atMs: number): Period {
  const local = new Date(atMs + WIB_MS)
  const year = local.getUTCFullYear()
  const month = local.getUTCMonth()
  return { fromMs: Date.UTC(year, month, 1) - WIB_MS, untilMs: Date.UTC(year, month + 1, 1) - WIB_MS }
}
