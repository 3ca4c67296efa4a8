/** A door as after one good day with its server: one assigned finger, the access list on disk, and no server any more. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { join } from 'node:path'
import { silentLog } from '#runtime/log.ts'
import { createAccessStore } from '../../edge/door/access-store.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots } from '../../edge/door/slots.ts'
import { doorDirectory } from '../../edge/door-directory.ts'

export const door = 'ruang-server'
export const owner = { slot: 5, person: 'p-siti', finger: 'kanan-telunjuk' }
/** Of her finger, as the simulated sensor has it. */
export const template = 'siti'

export interface Provisioned {
  /** Epoch ms; the owner's way in has no end when it is left out. */
  readonly untilMs?: number
}

/** @returns the public key of the server's commands, for SIAGA_COMMAND_KEY */
export function provision(dataDir: string, { untilMs }: Provisioned = {}): string {
  const keys = generateKeyPairSync('ed25519')
  const store = openDoorStore(join(doorDirectory(dataDir, door), 'door.db'))
  createSlots(store).assign(owner)
  const people = [{ person: owner.person, from: 0, until: untilMs ?? null }]
  const body = JSON.stringify({ door, version: 1, issuedAt: 1, people })
  const signature = sign(null, Buffer.from(body), keys.privateKey).toString('base64')
  createAccessStore({ store, door, commandKey: keys.publicKey, log: silentLog }).offer({ body, signature })
  store.close()
  return keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
}
