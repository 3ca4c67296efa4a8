/**
 * The earliest that it can be: no time that the door had reason to believe is ever followed by an earlier one. Whoever
 * forges NTP, or sets a battery-backed clock back, makes no ended day begin again. Pure; why: ADR 24.
 */
import type { ClockState } from '#contract/identifiers.ts'

/** Both clocks at one moment; monotonic time is of this boot. */
export interface ClockReading {
  /** Epoch ms. */
  readonly wallMs: number
  readonly monoMs: number
}

/** It was at least `wallMs` when the monotonic clock stood at `monoMs`. */
export type ClockFloor = ClockReading

/**
 * So far behind a clock is believed: the server's and the door's may differ, and a crystal that ran on alone for a month
 * is set right by up to four minutes (100 ppm).
 */
export const CLOCK_BACK_MS = 300_000
/** The kernel steers a clock by no more (adjtimex(2), 500 ppm), so no sound monotonic clock runs faster than that. */
const FAST_AT_MOST = 500e-6

/**
 * The floor rises by itself while the door runs: a clock that is set back again and again to stand still falls behind.
 * @returns epoch ms
 */
export function floorAt({ wallMs, monoMs }: ClockFloor, nowMonoMs: number): number {
  return wallMs + Math.max(0, nowMonoMs - monoMs) * (1 - FAST_AT_MOST)
}

export function isBehind(floor: ClockFloor, { wallMs, monoMs }: ClockReading): boolean {
  return wallMs < floorAt(floor, monoMs) - CLOCK_BACK_MS
}

/** It is at least `wallMs` now. */
export function raised(floor: ClockFloor, { wallMs, monoMs }: ClockReading): ClockFloor {
  return { wallMs: Math.max(wallMs, floorAt(floor, monoMs)), monoMs }
}

/** What the clock is worth, whatever the kernel says of it. */
export function trustIn(kernel: ClockState, floor: ClockFloor, now: ClockReading): ClockState {
  return isBehind(floor, now) ? 'unset' : kernel
}

/** A look at the clock: only one that is set by others, and not behind, says how late it is. */
export function lookedAt(floor: ClockFloor, kernel: ClockState, now: ClockReading): ClockFloor {
  if (trustIn(kernel, floor, now) === 'synced') return raised(floor, now)
  return { wallMs: floorAt(floor, now.monoMs), monoMs: now.monoMs }
}
