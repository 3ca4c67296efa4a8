/** Who this device is at the broker: the token it made and whom it believes, in `identity.json` beside its other files. */
import type { KeyObject } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { identityName } from '#contract/access.ts'
import { EnrolmentAnswer } from '#contract/enrolment.ts'
import { SettingsError } from '#runtime/settings.ts'
import { type DoorSettings, parsePublicKey } from '../settings.ts'

const FILE = 'identity.json'
const OWNER_ONLY = 0o600

const DeviceIdentity = EnrolmentAnswer.extend({ token: z.string() })
export type DeviceIdentity = z.output<typeof DeviceIdentity>

/** On disk for good when this returns; a crash leaves the old file or the new one, never half of one. */
export function writeIdentity(directory: string, identity: DeviceIdentity): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, FILE)
  const draft = openSync(`${path}.new`, 'w', OWNER_ONLY)
  writeSync(draft, JSON.stringify(identity))
  fsyncSync(draft)
  closeSync(draft)
  renameSync(`${path}.new`, path)
  const folder = openSync(directory, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

/** @returns undefined when the device was not enrolled. @throws SettingsError when the file is not one of ours */
function readIdentity(directory: string): DeviceIdentity | undefined {
  const path = join(directory, FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return DeviceIdentity.parse(JSON.parse(text))
  } catch {
    throw new SettingsError(`${path} cannot be read: enrol this door again (docs/operations.md)`)
  }
}

export interface KnownAs {
  readonly username: string
  readonly password: string | undefined
  readonly commandKey: KeyObject
}

/** What the settings say, else what the enrolment said. @throws SettingsError when neither names the command key */
export function doorIdentity(settings: DoorSettings, directory: string): KnownAs {
  const enrolled = readIdentity(directory)
  const commandKey = settings.SIAGA_COMMAND_KEY ?? (enrolled && parsePublicKey(enrolled.commandKey))
  if (!commandKey) {
    throw new SettingsError(
      `door "${settings.SIAGA_DOOR}" is not enrolled: run "node edge/enrol-main.ts CODE" (docs/operations.md), or set SIAGA_COMMAND_KEY to the public Ed25519 key of the server`,
    )
  }
  return {
    username:
      settings.SIAGA_MQTT_USERNAME ?? enrolled?.username ?? identityName({ role: 'door', id: settings.SIAGA_DOOR }),
    password: settings.SIAGA_MQTT_PASSWORD ?? enrolled?.token,
    commandKey,
  }
}
