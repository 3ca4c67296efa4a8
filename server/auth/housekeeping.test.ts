import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openAuth } from './auth.ts'
import { purgeEnded } from './housekeeping.ts'
import { AGE_MAX_MS, IDLE_MAX_MS, WALL_AGE_MAX_MS } from './session-age.ts'

const password = 'kata sandi yang cukup panjang'
const client = { cookie: undefined, address: '127.0.0.1', network: '127.0.0.1', agent: 'Chromium' }

it('takes out sessions that have ended, of the library too, and leaves those that hold', async () => {
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
  for (const role of ['operator', 'wall'] as const) {
    const email = `${role}@kalbar.example`
    const person = await auth.accounts.create({ name: role, email, role, opd: null }, Date.now())
    await auth.accounts.setPassword(person, await auth.accounts.hash(password))
    await auth.login.withPassword(email, password, client)
  }
  const count = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  const nowMs = Date.now()
  expect(purgeEnded(db, nowMs)).toBe(0)
  expect(purgeEnded(db, nowMs + IDLE_MAX_MS - 60_000)).toBe(0)
  expect(count('session')).toBe(2)
  // The operator's has ended; the wall's lasts for months.
  expect(purgeEnded(db, nowMs + AGE_MAX_MS)).toBe(1)
  expect([count('session'), count('session_marks')]).toEqual([1, 1])
  expect(purgeEnded(db, nowMs + WALL_AGE_MAX_MS)).toBe(1)
  expect([count('session'), count('session_marks')]).toEqual([0, 0])
})
