import { expect, it } from 'vitest'
import { browser, openOwnAuth } from '../../test/harness/auth.ts'
import { purgeEnded } from './housekeeping.ts'
import { AGE_MAX_MS, IDLE_MAX_MS, WALL_AGE_MAX_MS } from './session-age.ts'

const password = 'kata sandi yang cukup panjang'

it('takes out sessions that have ended, of the library too, and leaves those that hold', async () => {
  const { auth, db } = await openOwnAuth()
  for (const role of ['operator', 'wall'] as const) {
    const email = `${role}@kalbar.example`
    const person = await auth.accounts.create({ name: role, email, role, opd: null }, Date.now())
    await auth.accounts.setPassword(person, await auth.accounts.hash(password))
    await auth.login.withPassword(email, password, browser)
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
