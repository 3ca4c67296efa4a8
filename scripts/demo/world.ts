/** The simulated world around the real processes: doors, the OPD applications, and the hands that move them. */
import type { Log } from '#runtime/log.ts'
import { startControlApi } from './control-api.ts'
import { type DoorBench, openDoorBench } from './door-bench.ts'
import { type Fleet, type FleetCredentials, startFleet } from './fleet.ts'
import { gpioSocketPath } from './gpio-bench.ts'
import { sensorFlashPath } from './provision.ts'
import { sampleApps } from './sample-apps.ts'
import { type SampleDoor, sampleDoors } from './sample-people.ts'
import type { Terminal } from './terminal.ts'
import { playVisits } from './visits.ts'

export interface World {
  /** For SIAGA_SIMULATOR_URL. */
  readonly simulatorUrl: string
  readonly doors: readonly { readonly id: string; readonly sensorPath: string; readonly gpioSocketPath: string }[]
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
  const doors = sampleDoors.map((door) => openBench(dataDirectory, door))
  let fleet: Fleet | undefined
  const control = await startControlApi({ doors, fleet: () => fleet })

  return {
    simulatorUrl: control.url,
    doors: doors.map(({ id, sensorPath }) => ({ id, sensorPath, gpioSocketPath: gpioSocketPath(dataDirectory, id) })),
    async populate(options) {
      const leaving = new AbortController()
      const started = await startFleet({ ...options, apps: sampleApps })
      fleet = started
      for (const [index, door] of doors.entries()) {
        playVisits(door, index, leaving.signal).catch((error: unknown) => {
          if (!leaving.signal.aborted) terminal.say(`Kunjungan rekaan berhenti: ${String(error)}`)
        })
      }
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
      for (const door of doors) door.close()
    },
  }
}

function openBench(dataDirectory: string, door: SampleDoor): DoorBench {
  return openDoorBench({
    door,
    gpioSocketPath: gpioSocketPath(dataDirectory, door.id),
    flashPath: sensorFlashPath(dataDirectory, door.id),
  })
}
