import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { browser, openOwnAuth } from '../../test/harness/auth.ts'
import { totpCode } from '../../test/harness/totp.ts'
import { until } from '../../test/harness/until.ts'
import type { Auth } from './auth.ts'

const email = 'dayang@kalbar.example'
const password = 'kata sandi yang cukup panjang'
/** Some 400 ms of work before the login's own, against the milliseconds until it has read. */
const HASHED_BEFORE = 12
const HAS_READ_MS = 100

async function start() {
  const { auth } = await openOwnAuth()
  const hash = await auth.accounts.hash(password)
  const add = async (name: string, address: string, role: 'administrator' | 'auditor') => {
    const person = await auth.accounts.create({ name, email: address, role, opd: null }, Date.now())
    await auth.accounts.setPassword(person, hash)
    return person
  }
  await add('Admin', 'admin@kalbar.example', 'administrator')
  return { auth, person: await add('Dayang', email, 'auditor') }
}

/** The password's check takes tens of milliseconds: everything synchronous happens before its end. */
const acts: Readonly<Record<string, (auth: Auth, person: string) => void>> = {
  'ending all sessions': (auth, person) => auth.sessions.endAllOf(person),
  disabling: (auth, person) => auth.accounts.setDisabled(person, true),
  removal: (auth, person) => auth.accounts.remove(person, 'somebody else'),
  demotion: (auth, person) => auth.accounts.setStanding(person, { role: 'wall', opd: null }),
}

it.each(Object.entries(acts))('%s also ends a login that is under way', async (_, act) => {
  const { auth, person } = await start()
  const login = auth.login.withPassword(email, password, browser)
  act(auth, person)
  await expect(login).rejects.toThrow('wrong name, password or code')
  expect(auth.sessions.ofPerson(person, Date.now())).toEqual([])
})

it('a login with the password of before a new one begins no session', async () => {
  const { auth, person } = await start()
  const next = await auth.accounts.hash(`${password} baru`)
  const busy = Array.from({ length: HASHED_BEFORE }, () => auth.accounts.hash('x'))
  const login = auth.login.withPassword(email, password, browser)
  // It has read the old password, and waits for its turn to check it.
  await sleep(HAS_READ_MS)
  await auth.accounts.setPassword(person, next)
  await expect(login).rejects.toThrow('wrong name, password or code')
  expect(auth.sessions.ofPerson(person, Date.now())).toEqual([])
  await Promise.all(busy)
})

it("somebody else's ending is no hindrance", async () => {
  const { auth, person } = await start()
  const login = auth.login.withPassword(email.toUpperCase(), password, browser)
  auth.sessions.endAllOf('another')
  await expect(login).resolves.toMatchObject({ value: { step: 'done', person } })
  expect(auth.sessions.ofPerson(person, Date.now())).toHaveLength(1)
})

/** Somebody who has proven both factors. */
async function startProven() {
  const { auth, person: id } = await start()
  const clientWith = (cookies: readonly string[]) => ({
    ...browser,
    cookie: cookies.map((line) => line.split(';')[0]).join('; '),
  })
  const known = async (from: typeof browser | ReturnType<typeof clientWith>) => {
    const person = await auth.personOf(from.cookie)
    if (!person) throw new Error('there is no session')
    return person
  }
  const first = clientWith((await auth.login.withPassword(email, password, browser)).cookies)
  const { uri } = await auth.login.beginTotp(await known(first), password, first)
  const proven = clientWith(await auth.login.proveTotp(await known(first), totpCode(uri), first))
  return { auth, id, person: await known(proven), from: proven }
}

it('codes that are removed while all sessions end leave no session behind', async () => {
  const { auth, id, person, from } = await startProven()
  const removing = auth.login.removeTotp(person, password, from)
  auth.sessions.endAllOf(id)
  await expect(removing).rejects.toThrow('wrong name, password or code')
  expect(auth.sessions.ofPerson(id, Date.now())).toEqual([])
})

it('a new password by link waits for a change of the factors, and then ends what it made', async () => {
  const { auth, id, person } = await startProven()
  const link = auth.links.issue(id, Date.now())
  const passkey = { id: 'key', name: 'laptop', publicKey: Uint8Array.of(1), counter: 0, transports: [] }
  const making = auth.inTurn(person, async () => {
    await until('the link is used', () => auth.links.find(link, Date.now()) === undefined)
    await sleep(HAS_READ_MS)
    return auth.passkeyTable.add({ ...passkey, person: id }, Date.now())
  })
  await Promise.all([making, auth.login.useLink({ link, password })])
  expect(await making).toBe(true)
  expect(auth.passkeyTable.of(id)).toEqual([])
  await expect(auth.inTurn(person, async () => 'too late')).rejects.toThrow('this session has ended')
})
