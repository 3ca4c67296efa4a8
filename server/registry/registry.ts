/** Everything core.db knows of applications, maintenance, devices and transitions, over one connection. */
import type { DatabaseSync } from 'node:sqlite'
import { AppTable } from './apps.ts'
import { integer } from './columns.ts'
import { openCoreDb } from './core-db.ts'
import { DeviceTable } from './devices.ts'
import { MaintenanceTable } from './maintenance.ts'
import { MonitorStore } from './monitor-store.ts'
import { TransitionTable } from './transitions.ts'

export interface Registry {
  /** For `transaction`, and for tables of other rooms in the same file. */
  readonly db: DatabaseSync
  readonly apps: AppTable
  readonly maintenance: MaintenanceTable
  readonly devices: DeviceTable
  readonly transitions: TransitionTable
  readonly monitor: MonitorStore
  /**
   * True when another process changed something, or this one a device, since the last call, or since opening. Costs
   * some 20 µs: ask every few hundred ms. Other writes of this process do not count.
   */
  changed(): boolean
  close(): void
}

/** Opens or creates the registry in a data directory. @throws Error when a newer program wrote it */
export function openRegistry(dataDir: string): Registry {
  const db = openCoreDb(dataDir)
  const transitions = new TransitionTable(db)
  const version = db.prepare('PRAGMA data_version')
  // sqlite.org/pragma.html#pragma_data_version: changes with commits of other connections only.
  const devices = new DeviceTable(db)
  const readVersion = () => `${integer(version.get() ?? {}, 'data_version')} ${devices.revision}`
  let seen = readVersion()
  return {
    db,
    apps: new AppTable(db),
    maintenance: new MaintenanceTable(db),
    devices,
    transitions,
    monitor: new MonitorStore(db, transitions),
    changed() {
      const current = readVersion()
      const changed = current !== seen
      seen = current
      return changed
    },
    close: () => db.close(),
  }
}
