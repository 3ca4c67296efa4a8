import { expect, it } from 'vitest'
import { browser, openOwnAuth } from '../../test/harness/auth.ts'

const password = 'kata sandi yang cukup panjang'
const dayang = { name: 'Dayang Suryani', email: 'dayang@kalbar.example' }

async function start() {
  const { auth, db } = await openOwnAuth()
  const hash = await auth.accounts.hash(password)
  const add = async (who: { name: string; email: string }, role: 'administrator' | 'operator') => {
    const person = await auth.accounts.create({ ...who, role, opd: null }, Date.now())
    await auth.accounts.setPassword(person, hash)
    return person
  }
  const administrator = await add({ name: 'Admin', email: 'admin@kalbar.example' }, 'administrator')
  return { auth, db, administrator, person: await add(dayang, 'operator') }
}

type Stack = Awaited<ReturnType<typeof start>>

/** Tables with a row in which some column holds one of the words. */
function tablesWith({ db }: Stack, words: readonly string[]): string[] {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  return tables.flatMap(({ name }) => {
    const rows = JSON.stringify(db.prepare(`SELECT * FROM "${String(name)}"`).all())
    return words.some((word) => rows.includes(word)) ? [String(name)] : []
  })
}

/** Something of this person in each table there is. */
async function fill({ auth, db, person }: Stack): Promise<void> {
  const nowMs = Date.now()
  await auth.login.withPassword(dayang.email, password, browser)
  const key = { id: 'key', person, name: 'Laptop', publicKey: new Uint8Array([1]), counter: 0 }
  auth.passkeyTable.add({ ...key, transports: [] }, nowMs)
  auth.links.issue(person, nowMs)
  auth.accounts.noteFactorRemoved(person)
  auth.subjects.came({ issuer: 'https://sso.example', subject: 's-1', ...dayang }, nowMs)
  auth.subjects.link(auth.subjects.list()[0]?.id ?? '', person)
  db.prepare(`INSERT INTO twoFactor (id, secret, backupCodes, userId) VALUES ('factor', 's', 'b', ?)`).run(person)
  db.prepare(
    `INSERT INTO verification (id, identifier, value, expiresAt, createdAt, updatedAt)
     VALUES ('waits', '2fa', ?, '2100-01-01', '2026-01-01', '2026-01-01')`,
  ).run(person)
}

it('a removed person stands in no table any more, and nobody else is touched', async () => {
  const stack = await start()
  await fill(stack)
  const words = [stack.person, dayang.name, dayang.email]
  expect(tablesWith(stack, words)).toEqual([
    'account',
    'factors_removed',
    'one_time_links',
    'passkeys',
    'people_roles',
    'provider_subjects',
    'session',
    'session_endings',
    'session_marks',
    'twoFactor',
    'user',
    'verification',
  ])
  stack.auth.accounts.remove(stack.person, stack.administrator)
  expect(tablesWith(stack, words)).toEqual([])
  expect(stack.auth.accounts.list(Date.now())).toMatchObject([{ id: stack.administrator, hasPassword: true }])
})

it('after a removal the ending of somebody else is still noticed', async () => {
  const { auth, administrator, person } = await start()
  auth.sessions.endAllOf(person)
  const before = auth.sessions.latestEnding()
  auth.accounts.remove(person, administrator)
  auth.sessions.endAllOf(administrator)
  expect(auth.sessions.latestEnding(administrator)).toBeGreaterThan(before)
})

it('nobody removes themselves, nor the last administrator', async () => {
  const { auth, administrator, person } = await start()
  expect(() => auth.accounts.remove(person, person)).toThrow('nobody removes their own account')
  expect(() => auth.accounts.remove(administrator, person)).toThrow('last administrator')
  expect(() => auth.accounts.remove('nobody', administrator)).toThrow('there is no account')
  expect(auth.accounts.list(Date.now())).toHaveLength(2)
})

it('disabling ends the link that waits for its use, which the list tells of', async () => {
  const { auth, person } = await start()
  const nowMs = Date.now()
  const link = auth.links.issue(person, nowMs)
  const untilMs = () => auth.accounts.list(nowMs).find(({ id }) => id === person)?.linkUntilMs
  expect(untilMs()).toBeGreaterThan(nowMs)
  auth.accounts.setDisabled(person, false)
  expect(untilMs()).toBeGreaterThan(nowMs)
  auth.accounts.setDisabled(person, true)
  expect(untilMs()).toBeNull()
  expect(auth.links.find(link, nowMs)).toBeUndefined()
})
