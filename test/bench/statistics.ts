/** Percentiles of what was measured, and medians over rounds. Pure. */

export interface Quantiles {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Nearest-rank percentile of values in ascending order; NaN when there are none. */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * ascending.length))
  return ascending[rank - 1] ?? Number.NaN
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const ascending = Float64Array.from(values).sort()
  return {
    count: values.length,
    p50: percentile(ascending, 50),
    p99: percentile(ascending, 99),
    max: percentile(ascending, 100),
  }
}

export function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 50)
}

/** The median round by each figure on its own: one disturbed round changes nothing. */
export function medianRound(rounds: readonly Quantiles[]): Quantiles {
  return {
    count: rounds.reduce((sum, round) => sum + round.count, 0),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    max: Math.max(...rounds.map((round) => round.max)),
  }
}

export function round(value: number, digits = 1): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}
