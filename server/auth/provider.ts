/** The one file that knows the OpenID Connect library: the way to the provider and back, and who came back. */
import { randomBytes } from 'node:crypto'
import * as oidc from 'openid-client'
import { z } from 'zod'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { LoginRefusedError } from './login-errors.ts'
import type { ProviderSettings } from './provider-settings.ts'

/** The time people have at the provider: password, telephone, and a cup of coffee. */
export const FLOW_LIVES_MS = 600_000
/** At some 1 kB each; past it the oldest ends, and whoever is under way with it begins again. */
const FLOWS_MAX = 5_000
const FLOW_BYTES = 32
const TIMEOUT_S = 10
const TEXT_MAX = 200

/** The provider does not answer, or not as one. */
export class ProviderAwayError extends Error {
  override readonly name = 'ProviderAwayError'
}

/** Who somebody is at the provider. `issuer` and `subject` together name the person for good; the rest is for reading. */
export interface ProviderSubject {
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly email: string
}

/** Who came back, where to, and whether the provider vouches for more than one factor. */
interface Return extends ProviderSubject {
  readonly next: string
  readonly twoFactors: boolean
}

interface Flow {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  /** Page to go to afterwards. */
  readonly next: string
  readonly untilMs: number
}

/** Claims that are shown to an administrator; they decide nothing. */
const Profile = z.object({
  name: z.string().catch(''),
  preferred_username: z.string().catch(''),
  email: z.string().catch(''),
})

/** Of the ID token alone, whose signature is checked. `mfa`: several factors (RFC 8176 §2). A provider that says nothing vouches for one. */
const Methods = z.object({ amr: z.array(z.string()).catch([]) })

export class Provider {
  readonly name: string
  private readonly settings: ProviderSettings
  private readonly clock: Clock
  private readonly log: Log
  private readonly flows = new Map<string, Flow>()
  private configuration: oidc.Configuration | undefined

  constructor(settings: ProviderSettings, clock: Clock, log: Log) {
    this.settings = settings
    this.name = settings.name
    this.clock = clock
    this.log = log
  }

  /** @returns where to send the browser, and the secret that only it may bring back. @throws ProviderAwayError */
  async begin(next: string): Promise<{ readonly address: string; readonly flow: string }> {
    const configuration = await this.discovered()
    const id = randomBytes(FLOW_BYTES).toString('base64url')
    const flow = {
      verifier: oidc.randomPKCECodeVerifier(),
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      next,
      untilMs: this.clock.monoMs() + FLOW_LIVES_MS,
    }
    this.flows.set(id, flow)
    const oldest = this.flows.keys().next()
    if (this.flows.size > FLOWS_MAX && !oldest.done) this.flows.delete(oldest.value)
    const address = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.settings.returnAddress,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
    })
    return { address: address.href, flow: id }
  }

  /** @param search of the address the provider sent the browser to. @throws LoginRefusedError, ProviderAwayError */
  async finish(id: string, search: string): Promise<Return> {
    const flow = this.flows.get(id)
    this.flows.delete(id)
    if (!flow || this.clock.monoMs() >= flow.untilMs) {
      throw new LoginRefusedError('provider-late', 'this login was not begun here, or has taken too long: begin again')
    }
    const configuration = await this.discovered()
    const tokens = await this.judged(() =>
      oidc.authorizationCodeGrant(configuration, new URL(`${this.settings.returnAddress}${search}`), {
        pkceCodeVerifier: flow.verifier,
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        idTokenExpected: true,
      }),
    )
    const claims = tokens.claims()
    if (!claims) throw this.refused('no ID token')
    const profile = Profile.parse({
      ...(await this.userInfo(configuration, tokens.access_token, claims.sub)),
      ...claims,
    })
    return {
      issuer: claims.iss,
      subject: claims.sub,
      name: (profile.name || profile.preferred_username).slice(0, TEXT_MAX),
      email: profile.email.slice(0, TEXT_MAX),
      next: flow.next,
      twoFactors: Methods.parse(claims).amr.includes('mfa'),
    }
  }

  /** Asked when first needed, so that the server starts without the provider; kept from then on. */
  private async discovered(): Promise<oidc.Configuration> {
    if (this.configuration) return this.configuration
    const { issuer, clientId, clientSecret } = this.settings
    const insecure = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []
    try {
      this.configuration = await oidc.discovery(issuer, clientId, undefined, oidc.ClientSecretBasic(clientSecret), {
        // The ID token's signature too, not only the connection it came by.
        execute: [oidc.enableNonRepudiationChecks, ...insecure],
        timeout: TIMEOUT_S,
      })
      return this.configuration
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'the login provider does not answer')
      throw new ProviderAwayError('the login provider does not answer')
    }
  }

  /** Many providers put names here and not into the ID token; without them the login works as well. */
  private async userInfo(configuration: oidc.Configuration, accessToken: string, subject: string): Promise<object> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
    try {
      return await oidc.fetchUserInfo(configuration, accessToken, subject)
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'the login provider did not say who somebody is')
      return {}
    }
  }

  private async judged<T>(exchange: () => Promise<T>): Promise<T> {
    try {
      return await exchange()
    } catch (error) {
      throw this.refused(reasonOf(error))
    }
  }

  private refused(reason: string): LoginRefusedError {
    this.log.warn({ reason }, 'a login by the provider was refused')
    return new LoginRefusedError('provider-refused', 'the provider did not confirm this login: begin again')
  }
}

/** Codes and words of the protocol: no token is in them. */
function reasonOf(error: unknown): string {
  const { message, code, error: said } = error as { message?: string; code?: string; error?: string }
  return [said, code, message].filter((word) => word !== undefined).join(': ')
}
