/** When a child that died is started again. Pure. */

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 10_000
/** A child that lived this long was well: its next death starts the count anew. */
const WELL_AFTER_MS = 30_000

/** How often it died in a row, this death included. */
export function deathsInRow(before: number, livedMs: number): number {
  return livedMs >= WELL_AFTER_MS ? 1 : before + 1
}

/** Delay before the start after the nth death in a row (n from 1). */
export function restartDelayMs(deaths: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (deaths - 1), LONGEST_DELAY_MS)
}
