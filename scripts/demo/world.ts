/** The simulated world around the real processes: one door, the OPD applications, and the hands that move them. */
import type { Log } from '#runtime/log.ts'
import { startControlApi } from './control-api.ts'
import { openDoorBench } from './door-bench.ts'
import { type Fleet, type FleetCredentials, startFleet } from './fleet.ts'
import { gpioSocketPath } from './gpio-bench.ts'
import { sampleApps } from './sample-apps.ts'
import { sampleDoor } from './sample-people.ts'
import type { Terminal } from './terminal.ts'
import { playVisits } from './visits.ts'

export interface World {
  /** For SIAGA_SIMULATOR_URL. */
  readonly simulatorUrl: string
  readonly door: { readonly id: string; readonly sensorPath: string; readonly gpioSocketPath: string }
  /** Lets applications and visitors come; the processes must be ready. */
  populate(options: PopulateOptions): Promise<{ close(): Promise<void> }>
  close(): Promise<void>
}

interface PopulateOptions {
  readonly credentials: FleetCredentials
  readonly mqttUrl: string
  readonly httpUrl: string
  readonly log: Log
}

export async function startWorld(dataDirectory: string, terminal: Terminal): Promise<World> {
  const socketPath = gpioSocketPath(dataDirectory, sampleDoor.id)
  const door = openDoorBench({ ...sampleDoor, gpioSocketPath: socketPath })
  let fleet: Fleet | undefined
  const control = await startControlApi({ doors: [door], fleet: () => fleet })

  return {
    simulatorUrl: control.url,
    door: { id: sampleDoor.id, sensorPath: door.sensorPath, gpioSocketPath: socketPath },
    async populate(options) {
      const leaving = new AbortController()
      const started = await startFleet({ ...options, apps: sampleApps })
      fleet = started
      playVisits(door, leaving.signal).catch((error: unknown) => {
        if (!leaving.signal.aborted) terminal.say(`Kunjungan rekaan berhenti: ${String(error)}`)
      })
      return {
        async close() {
          leaving.abort()
          fleet = undefined
          await started.close()
        },
      }
    },
    async close() {
      await control.close()
      door.close()
    },
  }
}
