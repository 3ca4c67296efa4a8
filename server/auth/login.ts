/** Logging in and out, and what people do to their own account. Each wrong guess makes the next one wait. */
import type { Clock } from '#runtime/clock.ts'
import type { Turns } from '../turns.ts'
import { AccountError, type Accounts } from './accounts.ts'
import {
  type Client,
  clientHeaders,
  sessionTokenOf,
  type WithCookies,
  waitingLoginOf,
  withCookies,
  withoutSession,
} from './cookies.ts'
import { Guessing, refusalOf } from './guessing.ts'
import type { Library } from './library.ts'
import { LoginRefusedError } from './login-errors.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import type { PasskeyTable } from './passkey-table.ts'
import type { PasswordCheck } from './password-check.ts'
import { recoveryCodeHash } from './recovery-codes.ts'
import type { Caller, Person } from './roles.ts'
import { PROVEN_ELSEWHERE_MS } from './session-age.ts'
import type { Sessions } from './sessions.ts'
import type { UsedCodes } from './used-codes.ts'

export interface LoginParts {
  readonly library: Library
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly links: OneTimeLinks
  readonly passkeys: Pick<PasskeyTable, 'of'>
  readonly usedCodes: UsedCodes
  readonly checkPassword: PasswordCheck
  /** By person: what changes how somebody logs in. */
  readonly inTurn: Turns
  readonly clock: Clock
}

type PasswordStep = { readonly step: 'code' } | { readonly step: 'done'; readonly person: string }

/**
 * What a login that was no password has proven. `elsewhere`: the provider says so, which opens nothing dangerous here.
 */
export type Proof = 'both-factors' | 'both-factors-elsewhere' | 'one-factor'

interface PasswordChange {
  readonly current: string
  readonly next: string
}

export interface LinkUse {
  readonly link: string
  readonly password: string
  /** Of the first administrator, who has no account yet. */
  readonly name?: string | undefined
  readonly email?: string | undefined
}

export class Login {
  private readonly parts: LoginParts
  /** At the login, by anybody: they push out nothing that is remembered of those who are logged in. */
  private readonly ofStrangers: Guessing
  private readonly ofPersons: Guessing

  constructor(parts: LoginParts) {
    this.parts = parts
    this.ofStrangers = new Guessing(parts.clock)
    this.ofPersons = new Guessing(parts.clock)
  }

  /** @returns `code` when the second factor is still to come. @throws LoginRefusedError, LoginSlowedError */
  async withPassword(email: string, password: string, client: Client): Promise<WithCookies<PasswordStep>> {
    const keys = [`${email.toLowerCase()} ${client.network}`]
    const before = this.parts.sessions.latestEnding()
    const answer = await this.ofStrangers.attempt(keys, () =>
      this.parts.library.api.signInEmail({
        body: { email, password },
        headers: clientHeaders(client),
        returnHeaders: true,
      }),
    )
    const { value, cookies } = withCookies(answer)
    if ('twoFactorRedirect' in value) {
      // Its cookie is not given out: what waits for the code ends with its time.
      if (!this.stands(before, this.parts.accounts.personAt(email))) throw notAccepted()
      return { value: { step: 'code' }, cookies }
    }
    await this.requireStanding(before, value.user.id, value.token)
    if (this.parts.passkeys.of(value.user.id).length > 0) {
      const { internalAdapter } = await this.parts.library.$context
      await internalAdapter.deleteSession(value.token)
      throw new LoginRefusedError('passkey-needed', 'the password is right: now log in with the passkey')
    }
    return { value: { step: 'done', person: value.user.id }, cookies }
  }

  /** Of somebody proven otherwise: see `Proof`. @throws LoginRefusedError */
  async begin(person: string, client: Client, proof: Proof): Promise<readonly string[]> {
    if (!this.parts.accounts.mayLogIn(person)) throw new LoginRefusedError('not-accepted', 'this account is disabled')
    const answer = await this.parts.library.api.openSession({
      body: { person },
      headers: clientHeaders(client),
      returnHeaders: true,
    })
    const { value, cookies } = withCookies(answer)
    if (proof === 'both-factors') this.parts.sessions.steppedUp(value.session, this.parts.clock.wallMs())
    if (proof === 'both-factors-elsewhere') this.parts.sessions.steppedUp(value.session, PROVEN_ELSEWHERE_MS)
    return cookies
  }

  /** @throws LoginRefusedError, LoginSlowedError */
  async provePassword(person: Person, password: string, client: Client): Promise<void> {
    await this.ofPersons.attempt([`password ${person.id}`], () =>
      this.parts.library.api.verifyPassword({ body: { password }, headers: clientHeaders(client) }),
    )
  }

  /** Second step: six digits of the app, or a recovery code. @throws LoginRefusedError, LoginSlowedError */
  async withCode(code: string, client: Client): Promise<WithCookies<{ readonly person: string }>> {
    const { api } = this.parts.library
    const before = this.parts.sessions.latestEnding()
    // With a session the library would take the code of an app that nobody has confirmed.
    const headers = clientHeaders(withoutSession(client))
    const isTotp = /^\d{6}$/.test(code)
    // Not the network alone: all desks of an office have one.
    const waiting = this.parts.sessions.waitingFor(waitingLoginOf(client.cookie) ?? '') ?? 'nobody'
    const answer = await this.ofStrangers.attempt([`code ${waiting} ${client.network}`], () => {
      if (!isTotp) return api.verifyBackupCode({ body: { code: recoveryCodeHash(code) }, headers, returnHeaders: true })
      return api.verifyTOTP({ body: { code }, headers, returnHeaders: true })
    })
    const { user, token } = answer.response
    const { internalAdapter } = await this.parts.library.$context
    const created = token ? await internalAdapter.findSession(token) : null
    if (!created) throw new LoginRefusedError('code-late', 'the login could not be completed: begin again')
    await this.requireStanding(before, user.id, created.session.token)
    if (isTotp && !this.parts.usedCodes.take(user.id, code, this.parts.clock.wallMs())) {
      await internalAdapter.deleteSession(created.session.token)
      throw new LoginRefusedError('code-used', 'this code was used already: wait for the next one')
    }
    this.parts.sessions.steppedUp(created.session.id, this.parts.clock.wallMs())
    return { value: { person: user.id }, cookies: withCookies(answer).cookies }
  }

  /**
   * Said as of a wrong password, so that it tells a guesser nothing.
   * @param before the latest ending when the login began: what it was let in by may be gone since
   * @throws LoginRefusedError, and the session just begun is gone
   */
  private async requireStanding(before: number, person: string, token: string): Promise<void> {
    if (this.stands(before, person)) return
    const { internalAdapter } = await this.parts.library.$context
    await internalAdapter.deleteSession(token)
    throw notAccepted()
  }

  private stands(before: number, person: string): boolean {
    return this.parts.accounts.mayLogIn(person) && this.parts.sessions.latestEnding(person) <= before
  }

  async end(client: Client, person: Person): Promise<readonly string[]> {
    this.parts.sessions.ended(person.session)
    const answer = await this.parts.library.api.signOut({ headers: clientHeaders(client), returnHeaders: true })
    return withCookies(answer).cookies
  }

  /** Ends every session of this person, this one too. @throws LoginRefusedError, LoginSlowedError */
  async changePassword(person: Person, { current, next }: PasswordChange, client: Client): Promise<void> {
    await this.parts.checkPassword(next, [person.name, person.email])
    await this.ofPersons.attempt([`password ${person.id}`], () =>
      this.parts.library.api.changePassword({
        body: { currentPassword: current, newPassword: next },
        headers: clientHeaders(client),
      }),
    )
    this.parts.sessions.endAllOf(person.id)
    const { internalAdapter } = await this.parts.library.$context
    await internalAdapter.deleteUserSessions(person.id)
  }

  /** The secret for the app, as an otpauth address, and recovery codes; in force once confirmed. */
  async beginTotp(person: Person, password: string, client: Client) {
    const answer = await this.ofPersons.attempt([`password ${person.id}`], () =>
      this.parts.library.api.enableTwoFactor({
        body: { password, method: 'totp' },
        headers: clientHeaders(client),
      }),
    )
    if (answer.method !== 'totp') throw new LoginRefusedError('not-accepted', 'no second factor was made')
    return { uri: answer.totpURI, recoveryCodes: answer.backupCodes }
  }

  /** New recovery codes; the older ones end. */
  async renewRecoveryCodes(person: Person, password: string, client: Client): Promise<readonly string[]> {
    const { backupCodes } = await this.ofPersons.attempt([`password ${person.id}`], () =>
      this.parts.library.api.generateBackupCodes({ body: { password }, headers: clientHeaders(client) }),
    )
    return backupCodes
  }

  /** Before another app is set up. The session is another one afterwards. */
  async removeTotp(person: Person, password: string, client: Client): Promise<readonly string[]> {
    this.parts.accounts.checkMayRemoveCodes(person)
    const before = this.parts.sessions.latestEnding()
    // Before: no moment may be without it.
    this.parts.accounts.noteFactorRemoved(person.id)
    const answer = await this.ofPersons.attempt([`password ${person.id}`], () =>
      this.parts.library.api.disableTwoFactor({
        body: { password },
        headers: clientHeaders(client),
        returnHeaders: true,
      }),
    )
    // The other one has proven what this one had: a passkey beside the codes is not asked for anew.
    const { cookies } = withCookies(answer)
    const session = await this.sessionIn(cookies, person, before)
    if (person.steppedUpMs !== null) this.parts.sessions.steppedUp(session, person.steppedUpMs)
    return cookies
  }

  /** Confirms the second factor, or proves it again (step-up). The session may be another one afterwards. */
  async proveTotp(person: Person, code: string, client: Client): Promise<readonly string[]> {
    const before = this.parts.sessions.latestEnding()
    const answer = await this.ofPersons.attempt([`code ${person.id}`], () =>
      this.parts.library.api.verifyTOTP({ body: { code }, headers: clientHeaders(client), returnHeaders: true }),
    )
    if (!this.parts.usedCodes.take(person.id, code, this.parts.clock.wallMs())) {
      throw new LoginRefusedError('code-used', 'this code was used already: wait for the next one')
    }
    const { cookies } = withCookies(answer)
    const session = await this.sessionIn(cookies, person, before)
    if (session === person.session) return this.stepUp(person, client)
    this.parts.sessions.steppedUp(session, this.parts.clock.wallMs())
    return cookies
  }

  /**
   * Confirming the first code, and removing the codes, give the session a new identity: which one, only the answer's own
   * cookie says. @throws LoginRefusedError when all sessions were ended meanwhile
   */
  private async sessionIn(cookies: readonly string[], { id, session }: Person, before: number): Promise<string> {
    const token = sessionTokenOf(cookies)
    if (token === undefined) return session
    await this.requireStanding(before, id, token)
    const { internalAdapter } = await this.parts.library.$context
    return (await internalAdapter.findSession(token))?.session.id ?? session
  }

  /** The person of this session has proven the second factor. @returns its new cookie; the old one ends. @throws LoginRefusedError when another proof was quicker */
  async stepUp({ session }: Person, client: Client): Promise<readonly string[]> {
    const { api } = this.parts.library
    const answer = await api.renewSession({ headers: clientHeaders(client), returnHeaders: true }).catch((error) => {
      throw refusalOf(error) ?? error
    })
    this.parts.sessions.steppedUp(session, this.parts.clock.wallMs())
    return withCookies(answer).cookies
  }

  /** A login ends the session it was made in. */
  endPrevious(caller: Caller): void {
    if (caller.kind === 'person') this.parts.sessions.ended(caller.session)
  }

  /** Sets a password by a one-time link. @returns what to log in with. @throws LoginRefusedError; AccountError when name or address is missing or taken */
  async useLink({ link, password, name, email }: LinkUse) {
    const nowMs = this.parts.clock.wallMs()
    // It has 256 bits: nobody guesses it, and a brake would only hold up those at the same address.
    const found = this.parts.links.find(link, nowMs)
    if (!found) throw new LoginRefusedError('link-ended', 'this link was used already, or has ended: ask for a new one')
    if (found.person === null && (!name || !email)) throw new AccountError('name-missing', 'name and email are needed')
    await this.parts.checkPassword(
      password,
      found.person === null ? [name ?? '', email ?? ''] : this.parts.accounts.wordsOf(found.person),
    )
    // Whatever can be refused comes before the link is used up, so that it can be opened again.
    if (found.person === null) await this.parts.accounts.requireFree(email ?? '')
    const hash = await this.parts.accounts.hash(password)
    if (!this.parts.links.use(link)) throw new LoginRefusedError('link-ended', 'this link was used already')
    const person =
      found.person ??
      (await this.parts.accounts.create(
        { name: name ?? '', email: email ?? '', role: 'administrator', opd: null },
        nowMs,
      ))
    await this.parts.inTurn(person, () => this.parts.accounts.setPassword(person, hash))
    return { person, email: this.parts.accounts.emailOf(person) }
  }
}

function notAccepted(): LoginRefusedError {
  return new LoginRefusedError('not-accepted', 'wrong name, password or code')
}
