/** Everything about who is who, over one auth.db: opened once by the server, not at all in the demo. */
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { createTurns } from '../turns.ts'
import { Accounts } from './accounts.ts'
import { openAuthDb } from './auth-db.ts'
import { BreachedPasswords } from './breached-passwords.ts'
import { cookieHeaders } from './cookies.ts'
import { PURGE_EVERY_MS, purgeEnded } from './housekeeping.ts'
import { type Library, openLibrary } from './library.ts'
import { Login } from './login.ts'
import { LoginRefusedError } from './login-errors.ts'
import { OneTimeLinks } from './one-time-links.ts'
import { PasskeyTable } from './passkey-table.ts'
import { Passkeys } from './passkeys.ts'
import { createPasswordCheck } from './password-check.ts'
import { createPasswords } from './passwords.ts'
import { Provider } from './provider.ts'
import type { ProviderSettings } from './provider-settings.ts'
import { ProviderSubjects } from './provider-subjects.ts'
import type { Person } from './roles.ts'
import { loadAuthSecret } from './secret.ts'
import type { SecondFactorRule } from './session-age.ts'
import { Sessions } from './sessions.ts'
import { UsedCodes } from './used-codes.ts'

export interface Auth {
  readonly login: Login
  readonly accounts: Accounts
  readonly links: OneTimeLinks
  readonly passkeys: Passkeys
  readonly passkeyTable: PasskeyTable
  /** Undefined when people log in here alone. */
  readonly provider: Provider | undefined
  readonly subjects: ProviderSubjects
  readonly sessions: Sessions
  /** The person behind a Cookie header, when the session holds. */
  personOf(cookie: string | undefined): Promise<Person | undefined>
  /** The person whose session this is, as of now. */
  personIn(session: string): Person | undefined
  /**
   * Whatever changes how a person logs in: one after the other, each with the person as of then. The limit of each route
   * bounds how many wait. @throws LoginRefusedError when the session has ended by then
   */
  inTurn<T>(person: Person, task: (now: Person) => Promise<T>): Promise<T>
  /** A one-time link for the first administrator; undefined once there is one. */
  firstLink(): string | undefined
  close(): void
}

export interface AuthOptions {
  readonly dataDir: string
  /** The address people use. */
  readonly baseUrl: string
  readonly secureCookies: boolean
  readonly provider: ProviderSettings | undefined
  readonly secondFactor: SecondFactorRule
  /** Path of the operator's list of published passwords. */
  readonly breachedPasswords?: string | undefined
  readonly clock: Clock
  readonly log: Log
}

export async function openAuth(options: AuthOptions): Promise<Auth> {
  const { dataDir, baseUrl, secureCookies, provider, secondFactor, clock, log } = options
  const { breachedPasswords } = options
  const checkPassword = createPasswordCheck(
    breachedPasswords === undefined ? undefined : new BreachedPasswords(breachedPasswords),
  )
  const db = openAuthDb(dataDir)
  const sessions = new Sessions(db, secondFactor)
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
  const purge = () => {
    const ended = purgeEnded(db, clock.wallMs())
    if (ended > 0) log.info({ ended }, 'ended sessions taken out')
  }
  purge()
  const purging = setInterval(purge, PURGE_EVERY_MS)
  const table = new PasskeyTable(db)
  const turns = createTurns()
  const personIn = (session: string) => sessions.use(session, clock.wallMs())
  const accounts = new Accounts({ db, library, sessions, links, passkeys: table })
  return {
    login: new Login({
      ...{ library, accounts, sessions, links, passkeys: table, checkPassword, clock },
      usedCodes: new UsedCodes(db),
      inTurn: turns,
    }),
    passkeys: new Passkeys({ table, host: new URL(baseUrl).hostname, clock, log }),
    passkeyTable: table,
    provider: provider && new Provider(provider, clock, log),
    subjects: new ProviderSubjects(db),
    accounts,
    links,
    sessions,
    async personOf(cookie) {
      if (cookie === undefined) return undefined
      const found = await library.api.getSession({ headers: cookieHeaders(cookie) })
      return found ? sessions.use(found.session.id, clock.wallMs()) : undefined
    },
    personIn,
    inTurn: (person, task) =>
      turns(person.id, async () => {
        const now = personIn(person.session)
        if (!now) throw new LoginRefusedError('not-logged-in', 'this session has ended: log in again')
        return task(now)
      }),
    firstLink() {
      if (accounts.hasAdministrator()) {
        links.endFirst()
        return undefined
      }
      return links.issue(null, clock.wallMs())
    },
    close() {
      clearInterval(purging)
      db.close()
    },
  }
}
