/** People who are logged in, written into auth.db before the server starts. */
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { openAuth } from '../../server/auth/auth.ts'
import type { Role } from '../../server/auth/roles.ts'

const PASSWORD = 'kata sandi yang cukup panjang'
const ADDRESS = '127.0.0.1'

/** @returns a Cookie header for each role */
export async function logIn(dataDir: string, roles: readonly Role[]): Promise<string[]> {
  const auth = await openAuth({
    ...{ dataDir, baseUrl: 'http://127.0.0.1:8080', secureCookies: false, provider: undefined },
    ...{ clock: systemClock, log: silentLog },
  })
  const cookies: string[] = []
  for (const role of roles) {
    const email = `${role}@kalbar.example`
    const opd = role === 'opd-owner' ? 'Diskominfo' : null
    const id = await auth.accounts.create({ name: role, email, role, opd }, systemClock.wallMs())
    await auth.login.useLink({ link: auth.links.issue(id, systemClock.wallMs()), password: PASSWORD }, ADDRESS)
    const answer = await auth.login.withPassword(email, PASSWORD, { cookie: undefined, address: ADDRESS, agent: '' })
    cookies.push(answer.cookies.map((line) => line.split(';')[0]).join('; '))
  }
  auth.close()
  return cookies
}
