/** The registered applications: what is monitored, whose it is, and how often it beats. */
import type { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import type { MonitoredApp } from '../monitor/types.ts'
import { integer, type Row, text, textOrNull } from './columns.ts'

type Criticality = 1 | 2 | 3

export interface App extends MonitoredApp {
  readonly name: string
  /** At most 14 letters, for a wall tile; null where the full name has to do. */
  readonly wallName: string | null
  /** The OPD (organisasi perangkat daerah) that owns it. */
  readonly opd: string
  /** What it does, in words for the wall; may be empty. */
  readonly service: string
  /** Id of a region (regions.ts), null for the whole province. */
  readonly region: string | null
  /** 1 is the most critical. */
  readonly criticality: Criticality
  readonly simulated: boolean
}

const DEFAULT_INTERVAL_S = 60
const DEFAULT_GRACE_S = 30

/** What must be said of a new application; the rest keeps what is registered, or has a default. */
export type AppEntry = Pick<App, Mandatory> & {
  readonly [K in Exclude<keyof App, Mandatory | 'registeredMs'>]?: App[K] | undefined
}
type Mandatory = 'id' | 'name' | 'opd'

export type UpsertOutcome = 'added' | 'updated' | 'unchanged'

export class AppTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  list(): App[] {
    return this.#db.prepare('SELECT * FROM apps ORDER BY id').all().map(toApp)
  }

  get(id: string): App | undefined {
    const row = this.#db.prepare('SELECT * FROM apps WHERE id = ?').get(id)
    return row && toApp(row)
  }

  /** Adds an application or changes one; members left out keep their value. */
  upsert(entry: AppEntry, nowMs: number): UpsertOutcome {
    const known = this.get(entry.id)
    const app: App = { ...(known ?? defaults(nowMs)), ...given(entry) }
    if (known && isDeepStrictEqual(known, app)) return 'unchanged'
    this.#write(app)
    return known ? 'updated' : 'added'
  }

  /** @returns false when there was no such application. Its transitions stay on record. */
  remove(id: string): boolean {
    return Number(this.#db.prepare('DELETE FROM apps WHERE id = ?').run(id).changes) > 0
  }

  #write(app: App): void {
    this.#db
      .prepare(
        `INSERT INTO apps VALUES ($id, $name, $wallName, $opd, $service, $region, $criticality, $intervalS, $graceS,
           $simulated, $registeredMs)
         ON CONFLICT (id) DO UPDATE SET name = $name, wall_name = $wallName, opd = $opd, service = $service,
           region = $region, criticality = $criticality, interval_s = $intervalS, grace_s = $graceS,
           simulated = $simulated`,
      )
      .run({ ...app, simulated: app.simulated ? 1 : 0 })
  }
}

function defaults(nowMs: number): Omit<App, 'id' | 'name' | 'opd'> {
  return {
    wallName: null,
    service: '',
    region: null,
    criticality: 2,
    intervalS: DEFAULT_INTERVAL_S,
    graceS: DEFAULT_GRACE_S,
    simulated: false,
    registeredMs: nowMs,
  }
}

/** The members that are given. A cast, because the compiler does not see that `fromEntries` keeps their types. */
function given(entry: AppEntry): Pick<App, Mandatory> & Partial<App> {
  const members = Object.entries(entry).filter(([, value]) => value !== undefined)
  return Object.fromEntries(members) as unknown as Pick<App, Mandatory> & Partial<App>
}

function toApp(row: Row): App {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    wallName: textOrNull(row, 'wall_name'),
    opd: text(row, 'opd'),
    service: text(row, 'service'),
    region: textOrNull(row, 'region'),
    criticality: toCriticality(integer(row, 'criticality')),
    intervalS: integer(row, 'interval_s'),
    graceS: integer(row, 'grace_s'),
    simulated: integer(row, 'simulated') === 1,
    registeredMs: integer(row, 'registered_ms'),
  }
}

function toCriticality(value: number): Criticality {
  return value === 1 || value === 3 ? value : 2
}
