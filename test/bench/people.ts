/** People who are logged in, written into auth.db before the server starts. */
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type Auth, openAuth } from '../../server/auth/auth.ts'
import type { Role } from '../../server/auth/roles.ts'
import { PROVEN_ELSEWHERE_MS } from '../../server/auth/session-age.ts'
import { CodeApp } from '../harness/totp.ts'

const PASSWORD = 'kata sandi yang cukup panjang'
const ADDRESS = '127.0.0.1'

export interface Known {
  readonly role: Role
  /** Has proven the second factor just now. */
  readonly proven?: true
}

/** @returns a Cookie header for each person */
export async function logIn(dataDir: string, people: readonly Known[]): Promise<string[]> {
  const auth = await openAuth({
    ...{ dataDir, baseUrl: 'http://127.0.0.1:8080', secureCookies: false, provider: undefined },
    ...{ secondFactor: 'everyone', clock: systemClock, log: silentLog },
  })
  const cookies: string[] = []
  for (const [index, { role, proven }] of people.entries()) {
    const email = `${role}-${index}@kalbar.example`
    const opd = role === 'opd-owner' ? 'Diskominfo' : null
    const id = await auth.accounts.create({ name: role, email, role, opd }, systemClock.wallMs())
    await auth.login.useLink({ link: auth.links.issue(id, systemClock.wallMs()), password: PASSWORD })
    const first = await auth.login.withPassword(email, PASSWORD, clientWith(undefined))
    const steppedUpMs = proven ? systemClock.wallMs() : PROVEN_ELSEWHERE_MS
    cookies.push(await withSecondFactor(auth, first.cookies, steppedUpMs))
    // Who asks to remove the codes is marked so before the password is looked at: here nobody is left to be marked.
    auth.accounts.noteFactorRemoved(id)
  }
  auth.close()
  return cookies
}

/** @param given Set-Cookie lines of a login by password @returns a Cookie header */
async function withSecondFactor(
  { login, personOf, sessions }: Auth,
  given: readonly string[],
  steppedUpMs: number,
): Promise<string> {
  const cookie = cookieHeader(given)
  const person = await personOf(cookie)
  if (!person) throw new Error('the login by password gave no session')
  const { uri } = await login.beginTotp(person, PASSWORD, clientWith(cookie))
  const cookies = await login.proveTotp(person, new CodeApp(uri).code(), clientWith(cookie))
  const proven = cookieHeader(cookies)
  const now = await personOf(proven)
  if (!now) throw new Error('the second factor gave no session')
  sessions.steppedUp(now.session, steppedUpMs)
  return proven
}

const clientWith = (cookie: string | undefined) => ({ cookie, address: ADDRESS, network: ADDRESS, agent: '' })
const cookieHeader = (lines: readonly string[]) => lines.map((line) => line.split(';')[0]).join('; ')
