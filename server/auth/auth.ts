/** Everything about who is who, over one auth.db: opened once by the server, not at all in the demo. */
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { Accounts } from './accounts.ts'
import { openAuthDb } from './auth-db.ts'
import { cookieHeaders } from './cookies.ts'
import { type Library, openLibrary } from './library.ts'
import { Login } from './login.ts'
import { OneTimeLinks } from './one-time-links.ts'
import { createPasswords } from './passwords.ts'
import type { Person } from './roles.ts'
import { loadAuthSecret } from './secret.ts'
import { Sessions } from './sessions.ts'

export interface Auth {
  readonly login: Login
  readonly accounts: Accounts
  readonly links: OneTimeLinks
  readonly sessions: Sessions
  /** The person behind a Cookie header, when the session holds. */
  personOf(cookie: string | undefined): Promise<Person | undefined>
  /** A one-time link for the first administrator; undefined once there is one. */
  firstLink(): string | undefined
  close(): void
}

export interface AuthOptions {
  readonly dataDir: string
  /** The address people use. */
  readonly baseUrl: string
  readonly secureCookies: boolean
  readonly clock: Clock
  readonly log: Log
}

export async function openAuth({ dataDir, baseUrl, secureCookies, clock, log }: AuthOptions): Promise<Auth> {
  const db = openAuthDb(dataDir)
  const sessions = new Sessions(db)
  const links = new OneTimeLinks(db)
  let library: Library
  try {
    library = await openLibrary({
      db,
      secret: loadAuthSecret(dataDir),
      baseUrl,
      secureCookies,
      passwords: createPasswords(),
      log,
      onSession: (session) => sessions.began(session, clock.wallMs()),
      onSessionEnd: ({ id }) => sessions.ended(id),
    })
  } catch (error) {
    db.close()
    throw error
  }
  const accounts = new Accounts(db, library, sessions)
  return {
    login: new Login({ library, accounts, sessions, links, clock }),
    accounts,
    links,
    sessions,
    async personOf(cookie) {
      if (cookie === undefined) return undefined
      const found = await library.api.getSession({ headers: cookieHeaders(cookie) })
      return found ? sessions.use(found.session.id, clock.wallMs()) : undefined
    },
    firstLink() {
      if (accounts.hasAdministrator()) {
        links.endFirst()
        return undefined
      }
      return links.issue(null, clock.wallMs())
    },
    close: () => db.close(),
  }
}
