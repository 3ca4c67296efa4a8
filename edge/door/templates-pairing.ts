/** Remembers the secret of this door's sensor, and whether the one at hand has it. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { isPaired, pair, SECRET_BYTES } from '../fingerprint/pairing.ts'
import type { Sensor } from '../fingerprint/sensor.ts'
import type { DoorStore } from './door-store.ts'

export interface PairingOptions {
  readonly store: Pick<DoorStore, 'remembered' | 'remember'>
  readonly alarm: (alarm: 'sensor-swapped', standing: boolean) => void
}

export interface Pairing {
  /** A door without a secret yet takes its first sensor for its own. @throws SensorError when the sensor is lost */
  check(sensor: Sensor): Promise<void>
  /** Leaves a new secret in the sensor. @returns whether it is proven to be there. @throws as `check` */
  renew(sensor: Sensor): Promise<boolean>
  /** `unknown` until the first check succeeded, and during each. */
  state(): 'unknown' | 'ours' | 'swapped'
}

const SECRET = 'sensor.secret'
const Secret = z.base64url().nullable()

export function createPairing({ store, alarm }: PairingOptions): Pairing {
  let state: ReturnType<Pairing['state']> = 'unknown'

  const settle = (ours: boolean) => {
    state = ours ? 'ours' : 'swapped'
    alarm('sensor-swapped', !ours)
    return ours
  }
  const known = () => store.remembered(SECRET, Secret) ?? undefined
  const renew = async (sensor: Sensor) => {
    if ((await sensor.readNotepad(0)) === 'unsupported') {
      // Nothing to know it by: people chose such a module, and its like are ours from now on.
      if (known() !== undefined) store.remember(SECRET, null)
      return settle(true)
    }
    const secret = randomBytes(SECRET_BYTES)
    // Remembered first: a crash in between looks like a swap, which people end; the other way round nobody could.
    store.remember(SECRET, secret.toString('base64url'))
    return settle(await pair(sensor, secret))
  }
  return {
    async check(sensor) {
      state = 'unknown'
      const secret = known()
      if (secret === undefined) await renew(sensor)
      else settle(await isPaired(sensor, Buffer.from(secret, 'base64url')))
    },
    renew,
    state: () => state,
  }
}
