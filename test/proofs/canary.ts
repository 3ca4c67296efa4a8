/** The application whose messages show what others notice of a fuzz; and one that is never heard. */
import { type Credential, openCredentials } from '../../broker/identity/credentials.ts'
import { openRegistry } from '../../server/registry/registry.ts'

export const CANARY = 'canary'
/** Silence during a run changes no state. */
const INTERVAL_S = 3_600

export function registerCanary(dataDir: string): Credential {
  const registry = openRegistry(dataDir)
  for (const id of [CANARY, 'elsewhere']) {
    const names = { name: `Aplikasi ${id}`, wallName: id.toUpperCase(), opd: 'Diskominfo' }
    registry.apps.upsert({ id, ...names, intervalS: INTERVAL_S }, Date.now())
  }
  registry.devices.add('door', 'elsewhere', 'Pintu')
  registry.close()
  const store = openCredentials(dataDir)
  const credential = store.issue({ role: 'app', id: CANARY })
  store.close()
  return credential
}
