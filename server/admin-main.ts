/** Provisioning from a shell: `npm run admin -- help`. */
import { z } from 'zod'
import { openDataDirectory } from '#runtime/data-directory.ts'
import { commonShape, EXIT_CONFIG, readSettings, SettingsError } from '#runtime/settings.ts'
import { runAdmin } from './admin/run-admin.ts'
import { serverShape } from './settings.ts'

try {
  const settings = readSettings({
    SIAGA_DATA_DIR: commonShape.SIAGA_DATA_DIR,
    SIAGA_COMMAND_KEY: z.string().optional(),
    SIAGA_PUBLIC_URL: serverShape.SIAGA_PUBLIC_URL,
  })
  process.exitCode = runAdmin({
    argv: process.argv.slice(2),
    // A demonstration is provisioned with the same commands as the real thing.
    dataDir: openDataDirectory({ ...settings, SIAGA_DEMO: true }),
    commandKeyPem: settings.SIAGA_COMMAND_KEY,
    publicUrl: settings.SIAGA_PUBLIC_URL,
    print: (text) => process.stdout.write(`${text}\n`),
    printError: (text) => process.stderr.write(`${text}\n`),
  })
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  process.stderr.write(`admin: ${error.message}\n`)
  process.exitCode = EXIT_CONFIG
}
