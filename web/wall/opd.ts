/** Sums per owner (OPD) and the places they take on the wall. */
import type { AppView } from '../../broker/contract/live.ts'
import type { AppState } from '../../broker/contract/states.ts'
import { stateLook } from '../lib/state-look.ts'

export interface OpdSum {
  opd: string
  total: number
  /** How many are down, degraded or without data. */
  disturbed: number
  /** The worst state among its applications. */
  worst: AppState
}

/** Sums per owner; they keep their place by name, as tiles do. */
export function sumPerOpd(apps: readonly Pick<AppView, 'opd' | 'state'>[]): OpdSum[] {
  const sums = new Map<string, OpdSum>()
  for (const app of apps) {
    const sum = sums.get(app.opd) ?? { opd: app.opd, total: 0, disturbed: 0, worst: 'up' }
    sum.total += 1
    if (stateLook[app.state].disturbed) sum.disturbed += 1
    if (stateLook[app.state].rank < stateLook[sum.worst].rank) sum.worst = app.state
    sums.set(app.opd, sum)
  }
  const byName = new Intl.Collator('id-ID', { numeric: true, sensitivity: 'base' })
  return [...sums.values()].sort((a, b) => byName.compare(a.opd, b.opd))
}

/** Columns that keep a name readable beside 0, 1, 2 or 3 door panels. */
const COLUMNS_BESIDE_DOORS = [9, 7, 5, 3] as const
const LEAST_COLUMNS = 3
/** Rows of the strip that still hold a line of text. */
const MOST_ROWS = 8
const GOOD_ROWS = 6

export function opdGrid(opds: number, doors: number): { columns: number; rows: number } {
  const most = COLUMNS_BESIDE_DOORS[doors] ?? LEAST_COLUMNS
  const columns = Math.min(most, Math.max(LEAST_COLUMNS, Math.ceil(opds / GOOD_ROWS)))
  return { columns, rows: Math.min(MOST_ROWS, Math.max(GOOD_ROWS, Math.ceil(opds / columns))) }
}

/** At most `places` sums: when not all fit, those without trouble give way; the rest keeps its order. */
export function fitSums(sums: readonly OpdSum[], places: number): readonly OpdSum[] {
  if (sums.length <= places) return sums
  const kept = new Set([...sums].sort((a, b) => stateLook[a.worst].rank - stateLook[b.worst].rank).slice(0, places))
  return sums.filter((sum) => kept.has(sum))
}
