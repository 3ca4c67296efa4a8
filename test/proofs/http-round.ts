/** Every request of the HTTP fuzz once by everybody, as it is: shows which routes are reached at all. */
import { httpRows } from '../../server/auth/allow-table.ts'
import { neverReached, type Wish, wishes } from './http-routes.ts'

/** What stands before a handler says so; or nothing is there. */
const TURNED_AWAY =
  /not-logged-in|second-factor-(due|missing)|step-up-needed|Your role does not include|Foreign origin|Nothing answers|not built/

/** @returns routes whose handler has looked at nobody's request */
export async function unreachedRoutes(url: string, cookies: readonly string[]): Promise<string[]> {
  const reached = new Set([neverReached])
  for (const wish of wishes) {
    for (const cookie of [undefined, ...cookies]) {
      if (await reaches(url, wish, cookie)) reached.add(wish.route)
    }
  }
  // Only a demonstration has a simulator.
  return httpRows.filter(({ route, allowed }) => allowed.length > 0 && !reached.has(route)).map(({ route }) => route)
}

async function reaches(url: string, { method, path, body, headers = [] }: Wish, cookie: string | undefined) {
  const answer = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(cookie !== undefined && { cookie }),
      ...Object.fromEntries(headers.map((line) => line.split(': '))),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  })
  return answer.status !== 303 && !TURNED_AWAY.test(await answer.text())
}
