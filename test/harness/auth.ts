/** Accounts and sessions in a directory of their own, without a server around them. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { openAuth } from '../../server/auth/auth.ts'
import { temporaryDirectory } from './temporary.ts'

/** Who asks. */
export const browser = { cookie: undefined, address: '127.0.0.1', network: '127.0.0.1', agent: 'Chromium' }

/** @returns the file too, as another process would open it; both close with the test */
export async function openOwnAuth() {
  const dataDir = temporaryDirectory()
  const auth = await openAuth({
    ...{ dataDir, baseUrl: 'http://localhost', secureCookies: false, provider: undefined },
    ...{ secondFactor: 'everyone', clock: systemClock, log: silentLog },
  })
  const db = new DatabaseSync(join(dataDir, 'auth.db'))
  onTestFinished(() => {
    db.close()
    auth.close()
  })
  return { auth, db }
}
