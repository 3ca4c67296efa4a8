/** Makes this machine the door of a one-time code: `node edge/enrol-main.ts CODE` (docs/operations.md). */
import { openDataDirectory } from '#runtime/data-directory.ts'
import { EXIT_CONFIG, readSettings, SettingsError } from '#runtime/settings.ts'
import { doorDirectory } from './door-directory.ts'
import { EnrolmentError, enrol } from './identity/enrol.ts'
import { tokenToEnrol, writeIdentity } from './identity/identity-file.ts'
import { enrolShape } from './settings.ts'

try {
  const settings = readSettings(enrolShape)
  const { SIAGA_DOOR: id, SIAGA_ENROL_URL: server } = settings
  const directory = doorDirectory(openDataDirectory(settings), id)
  const token = tokenToEnrol(directory)
  const identity = await enrol({ server, code: process.argv[2] ?? '', role: 'door', id, token })
  writeIdentity(directory, identity)
  process.stdout.write(`enrolled as ${identity.username}; an older token of this door has ended\n`)
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof EnrolmentError)) throw error
  process.stderr.write(`enrol: ${error.message}\n`)
  process.exitCode = error instanceof SettingsError ? EXIT_CONFIG : 1
}
