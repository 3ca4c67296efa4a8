/** What the wall shows, as pure functions of the applications: disturbances, density of the grid. */
import type { AppView, RecoveryView } from '../../broker/contract/live.ts'
import { stateLook } from '../lib/state-look.ts'

/** Those that need somebody: by severity, then the newest first, since that one nobody has seen yet. */
export function disturbancesOf<A extends Pick<AppView, 'state' | 'since'>>(apps: readonly A[]): A[] {
  return apps
    .filter((app) => stateLook[app.state].disturbed)
    .sort((a, b) => stateLook[a.state].rank - stateLook[b.state].rank || Date.parse(b.since) - Date.parse(a.since))
}

export type Density = 'l' | 'm' | 's'
/** How much a tile can hold: `roomy` a line for the owner, `tight` only name, value and age, `cramped` one line of name where a state needs two. */
export type Room = 'roomy' | 'plain' | 'tight' | 'cramped'

export interface Grid {
  density: Density
  room: Room
  columns: number
  rows: number
}

/** Width to height of the tile field, in rem (177 x 79). */
const FIELD_ASPECT = 177 / 79
/** Width to height a tile of each density is drawn for. */
const TILE_ASPECT: Readonly<Record<Density, number>> = { l: 1.12, m: 1.2, s: 2.35 }
const LARGE_UP_TO = 40
const MEDIUM_UP_TO = 130
const LARGE_COLUMNS = 8
const ROOMY_ROWS = 5
const PLAIN_ROWS = 6
const TIGHT_ROWS = 8

/** Grid for `count` tiles: large up to 40, medium up to 130, small above; columns so that tiles keep their shape. */
export function gridOf(count: number): Grid {
  const density = count <= LARGE_UP_TO ? 'l' : count <= MEDIUM_UP_TO ? 'm' : 's'
  const fitting = Math.ceil(Math.sqrt((count * FIELD_ASPECT) / TILE_ASPECT[density]))
  const most = density === 'l' ? LARGE_COLUMNS : Math.max(LARGE_COLUMNS, fitting)
  const rows = Math.max(1, Math.ceil(count / most))
  const columns = density === 'l' ? LARGE_COLUMNS : Math.ceil(count / rows)
  return { density, room: roomIn(rows), columns, rows }
}

function roomIn(rows: number): Room {
  if (rows <= ROOMY_ROWS) return 'roomy'
  if (rows <= PLAIN_ROWS) return 'plain'
  return rows <= TIGHT_ROWS ? 'tight' : 'cramped'
}

/** The newest recovery, or null. */
export function lastRecovery(recoveries: readonly RecoveryView[]): RecoveryView | null {
  return recoveries.reduce<RecoveryView | null>(
    (newest, next) => (newest === null || Date.parse(next.at) > Date.parse(newest.at) ? next : newest),
    null,
  )
}
