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

/** An account while it runs: however often the state changed, it is this small. Altered in place. */
export interface RunningAccount {
  readonly fromMs: number
  state: AppState
  /** What is spent reaches until here. */
  countedUntilMs: number
  /** Whole milliseconds of each state, from `fromMs` to `countedUntilMs`. */
  readonly spentMs: Record<AppState, number>
}

/** @param initial state at the beginning of the period; `new` before the application was known */
export function startAccount(fromMs: number, initial: AppState): RunningAccount {
  const spentMs = { new: 0, up: 0, late: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0 }
  return { fromMs, state: initial, countedUntilMs: fromMs, spentMs }
}

/** Takes changes in the order they were declared. */
export function takeChange(running: RunningAccount, { at, to }: StateChange): void {
  // A wall clock that stepped back dates a change before the one it follows: that one lasted no time.
  const untilMs = Math.max(Math.round(at), running.countedUntilMs)
  running.spentMs[running.state] += untilMs - running.countedUntilMs
  running.countedUntilMs = untilMs
  running.state = to
}

/**
 * The account so far, of a period that begins with it.
 * @param judgedUntilMs nothing is known from here on: the receipt of the newest row
 */
export function accountSoFar(running: RunningAccount, untilMs: number, judgedUntilMs: number): Account {
  const { fromMs, countedUntilMs } = running
  const endMs = Math.max(untilMs, countedUntilMs)
  const knownMs = clamp(judgedUntilMs, countedUntilMs, endMs)
  const spent = { ...running.spentMs }
  spent[running.state] += knownMs - countedUntilMs
  return {
    periodMs: endMs - fromMs,
    upMs: spent.up + spent.late + spent.degraded,
    downMs: spent.down,
    maintenanceMs: spent.maintenance,
    unknownMs: spent.unknown,
    outsideMs: spent.new,
    aheadMs: endMs - knownMs,
    lateMs: spent.late,
    degradedMs: spent.degraded,
  }
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

/** The account of a whole period at once. */
export function accountOf({ period, initial, changes, judgedUntilMs }: Accounting): Account {
  const untilMs = Math.max(period.fromMs, period.untilMs)
  const knownMs = clamp(judgedUntilMs, period.fromMs, untilMs)
  const running = startAccount(period.fromMs, initial)
  for (const { at, to } of changes) takeChange(running, { at: Math.min(at, knownMs), to })
  return accountSoFar(running, untilMs, knownMs)
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
