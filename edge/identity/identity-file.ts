/** Who this device is at the broker: the token it made and whom it believes, in `identity.json` beside its other files. */
import { type KeyObject, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { identityName } from '#contract/access.ts'
import { EnrolmentAnswer } from '#contract/enrolment.ts'
import { SettingsError } from '#runtime/settings.ts'
import { type DoorSettings, parsePublicKey } from '../settings.ts'

const FILE = 'identity.json'
/** Token of an enrolment under way. */
const TOKEN_FILE = 'enrolling.token'
const OWNER_ONLY = 0o600
const TOKEN_BYTES = 32
const Token = z.base64url().length(Math.ceil((TOKEN_BYTES * 4) / 3))

const DeviceIdentity = EnrolmentAnswer.extend({ token: z.string() })
export type DeviceIdentity = z.output<typeof DeviceIdentity>

/** The token to enrol with: kept until `writeIdentity`, so that an attempt whose answer was lost is made again with the same. */
export function tokenToEnrol(directory: string): string {
  const kept = Token.safeParse(readIfThere(join(directory, TOKEN_FILE)))
  if (kept.success) return kept.data
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  writeForGood(directory, TOKEN_FILE, token)
  return token
}

/** On disk for good when this returns. */
export function writeIdentity(directory: string, identity: DeviceIdentity): void {
  writeForGood(directory, FILE, JSON.stringify(identity))
  rmSync(join(directory, TOKEN_FILE), { force: true })
}

/** A crash leaves the old file or the new one, never half of one. */
function writeForGood(directory: string, name: string, text: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, name)
  const draft = openSync(`${path}.new`, 'w', OWNER_ONLY)
  writeSync(draft, text)
  fsyncSync(draft)
  closeSync(draft)
  renameSync(`${path}.new`, path)
  const folder = openSync(directory, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** @returns undefined when the device was not enrolled. @throws SettingsError when the file is not one of ours */
function readIdentity(directory: string): DeviceIdentity | undefined {
  const path = join(directory, FILE)
  const text = readIfThere(path)
  if (text === undefined) return undefined
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
