/**
 * Availability of a period from transitions: a time integral, not a ratio of beats (design §4, promise 5). Up, down,
 * maintenance, unknown, outside and ahead add to exactly the period. Times are epoch ms.
 */
import type { AppState } from '#contract/states.ts'

/** Milliseconds by state. Up includes late and degraded, which are reported beside it as well. */
export interface Account {
  readonly periodMs: number
  readonly upMs: number
  readonly downMs: number
  readonly maintenanceMs: number
  /** Our own outage, and what nobody could know after it. */
  readonly unknownMs: number
  /** Before the application was first heard: outside the accounts. */
  readonly outsideMs: number
  /** Part of the period that is not judged yet. */
  readonly aheadMs: number
  /** Parts of `upMs`. */
  readonly lateMs: number
  readonly degradedMs: number
}

export interface Period {
  readonly fromMs: number
  /** Exclusive. */
  readonly untilMs: number
}

export interface StateChange {
  readonly at: number
  readonly to: AppState
}

interface Accounting {
  readonly period: Period
  /** State at the beginning of the period; `new` before the application was known. */
  readonly initial: AppState
  /** In the order they were declared. */
  readonly changes: readonly StateChange[]
  /** Nothing is known from here on: the receipt of the newest row. */
  readonly judgedUntilMs: number
}

export function accountOf({ period, initial, changes, judgedUntilMs }: Accounting): Account {
  const untilMs = Math.max(period.fromMs, period.untilMs)
  const knownMs = clamp(judgedUntilMs, period.fromMs, untilMs)
  const spent: Record<AppState, number> = {
    new: 0,
    up: 0,
    late: 0,
    degraded: 0,
    down: 0,
    maintenance: 0,
    unknown: 0,
  }
  let state = initial
  let sinceMs = period.fromMs
  for (const change of changes) {
    // A wall clock that stepped back dates a change before the one it follows: that one lasted no time.
    const at = clamp(change.at, sinceMs, knownMs)
    spent[state] += at - sinceMs
    state = change.to
    sinceMs = at
  }
  spent[state] += knownMs - sinceMs
  return {
    periodMs: untilMs - period.fromMs,
    upMs: spent.up + spent.late + spent.degraded,
    downMs: spent.down,
    maintenanceMs: spent.maintenance,
    unknownMs: spent.unknown,
    outsideMs: spent.new,
    aheadMs: untilMs - knownMs,
    lateMs: spent.late,
    degradedMs: spent.degraded,
  }
}

/** The account of several applications, or of several periods, together. */
export function addAccounts(accounts: readonly Account[]): Account {
  const sum = (member: keyof Account) => accounts.reduce((total, account) => total + account[member], 0)
  return {
    periodMs: sum('periodMs'),
    upMs: sum('upMs'),
    downMs: sum('downMs'),
    maintenanceMs: sum('maintenanceMs'),
    unknownMs: sum('unknownMs'),
    outsideMs: sum('outsideMs'),
    aheadMs: sum('aheadMs'),
    lateMs: sum('lateMs'),
    degradedMs: sum('degradedMs'),
  }
}

/**
 * Up as a share of up and down, percent, floored to `digits`: 99.999 is never shown as 100. Null when neither was
 * observed. Maintenance and unknown are no part of it and must be shown beside it.
 */
export function availabilityPercent(account: Account, digits = 2): number | null {
  const judgedMs = wholeMs(account.upMs + account.downMs)
  if (judgedMs === 0n) return null
  const scale = 10 ** digits
  // In whole numbers: a quotient of floating point can come out above the truth by one unit in the last digit.
  return Number((wholeMs(account.upMs) * 100n * BigInt(scale)) / judgedMs) / scale
}

function wholeMs(value: number): bigint {
  return BigInt(Math.floor(value))
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
