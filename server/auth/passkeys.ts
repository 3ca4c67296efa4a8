/** The one file that knows the WebAuthn library: making a passkey, and proving that one holds it (WebAuthn Level 3). */
import { isIP } from 'node:net'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { PasskeyAssertion, PasskeyCreation } from '#contract/passkeys.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { CHALLENGE_LIVES_MS, Challenges } from './challenges.ts'
import { LoginRefusedError } from './login-errors.ts'
import type { Passkey, PasskeyTable } from './passkey-table.ts'
import type { Person } from './roles.ts'

export interface PasskeyParts {
  readonly table: PasskeyTable
  /** Host of the address people use; a passkey belongs to it for good. */
  readonly host: string
  readonly clock: Clock
  readonly log: Log
}

/** What the answer to a challenge may be used for; a person's is bound to the session that asked. */
const purposes = {
  login: 'login',
  stepUp: ({ session }: Person) => `step-up ${session}`,
  creation: ({ session }: Person) => `creation ${session}`,
}
/** The authenticator asks for finger, face or PIN: so holding it is one factor, and that is the other. */
const userVerification = 'required'

export class Passkeys {
  private readonly parts: PasskeyParts
  /** Anybody asks for those of logins: they push out none of somebody who is logged in. */
  private readonly ofLogins = new Challenges()
  private readonly ofSessions = new Challenges()

  constructor(parts: PasskeyParts) {
    this.parts = parts
  }

  /** Browsers make passkeys for names, not for bare addresses, and use them on pages of that name alone. @param host as in the Host header */
  servedAt(host: string | undefined): boolean {
    return isIP(this.parts.host) === 0 && URL.parse(`http://${host}`)?.hostname === this.parts.host
  }

  async loginOptions() {
    const options = await generateAuthenticationOptions({ ...this.common(), userVerification })
    return this.opened(this.ofLogins, options, purposes.login)
  }

  async stepUpOptions(person: Person) {
    const allowCredentials = this.parts.table.of(person.id).map(known)
    const options = await generateAuthenticationOptions({ ...this.common(), userVerification, allowCredentials })
    return this.opened(this.ofSessions, options, purposes.stepUp(person))
  }

  async creationOptions(person: Person) {
    const options = await generateRegistrationOptions({
      ...this.common(),
      rpName: 'Siaga',
      userID: Uint8Array.from(Buffer.from(person.id)),
      userName: person.email,
      userDisplayName: person.name,
      // Which make of authenticator it is decides nothing here.
      attestationType: 'none',
      excludeCredentials: this.parts.table.of(person.id).map(known),
      authenticatorSelection: { residentKey: 'required', userVerification },
    })
    return this.opened(this.ofSessions, options, purposes.creation(person))
  }

  /** @param origin of the page that asks, known to be ours. @throws LoginRefusedError */
  async create(person: Person, name: string, creation: PasskeyCreation, origin: string): Promise<void> {
    const verified = await this.judged(() =>
      verifyRegistrationResponse({
        response: creation,
        ...this.expected(this.ofSessions, purposes.creation(person), origin),
      }),
    )
    if (!verified.verified) throw refused()
    const { id, publicKey, counter } = verified.registrationInfo.credential
    const { transports = [] } = creation.response
    const added = this.parts.table.add(
      { id, person: person.id, name, publicKey, counter, transports },
      this.parts.clock.wallMs(),
    )
    if (!added) throw new LoginRefusedError('passkeys-full', 'there are as many passkeys as there may be: remove one')
  }

  /** @returns the id of the person who holds it. @throws LoginRefusedError */
  login(assertion: PasskeyAssertion, origin: string): Promise<string> {
    return this.proven(this.ofLogins, assertion, purposes.login, origin)
  }

  /** @throws LoginRefusedError, also for a passkey of somebody else */
  async stepUp(person: Person, assertion: PasskeyAssertion, origin: string): Promise<void> {
    const holder = await this.proven(this.ofSessions, assertion, purposes.stepUp(person), origin)
    if (holder !== person.id) throw refused()
  }

  private async proven(challenges: Challenges, assertion: PasskeyAssertion, purpose: string, origin: string) {
    const { table, clock } = this.parts
    const passkey = table.find(assertion.id)
    if (!passkey) throw refused()
    const { id, person, counter } = passkey
    const verified = await this.judged(() =>
      verifyAuthenticationResponse({
        response: assertion,
        credential: { id, counter, publicKey: passkey.publicKey },
        ...this.expected(challenges, purpose, origin),
      }),
    )
    if (!verified.verified || !table.used(id, verified.authenticationInfo.newCounter, clock.wallMs())) throw refused()
    return person
  }

  private common() {
    return { rpID: this.parts.host, timeout: CHALLENGE_LIVES_MS }
  }

  private expected(challenges: Challenges, purpose: string, origin: string) {
    return {
      expectedChallenge: (challenge: string) => challenges.take(challenge, purpose, this.parts.clock.monoMs()),
      expectedOrigin: origin,
      expectedRPID: this.parts.host,
      requireUserVerification: true,
    }
  }

  /** @returns the same, as a type of plain members */
  private opened<T extends { readonly challenge: string }>(
    challenges: Challenges,
    options: T,
    purpose: string,
  ): Pick<T, keyof T> {
    challenges.add(options.challenge, purpose, this.parts.clock.monoMs())
    return options
  }

  /** The library says what was wrong by throwing: that is for the log, not for whoever tries. */
  private async judged<T>(verify: () => Promise<T>): Promise<T> {
    try {
      return await verify()
    } catch (error) {
      this.parts.log.warn({ reason: (error as Error).message }, 'passkey refused')
      throw refused()
    }
  }
}

function known({ id, transports }: Passkey) {
  return { id, transports: [...transports] }
}

function refused(): LoginRefusedError {
  return new LoginRefusedError('passkey-refused', 'this passkey is not known here, or its answer came too late')
}
