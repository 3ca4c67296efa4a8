/** What the settings say of the provider people may log in through (OpenID Connect). Pure. */
import { isIP } from 'node:net'
import { SettingsError } from '#runtime/settings.ts'
import type { ServerSettings } from '../settings.ts'

type Given = Pick<
  ServerSettings,
  'SIAGA_OIDC_ISSUER' | 'SIAGA_OIDC_CLIENT_ID' | 'SIAGA_OIDC_CLIENT_SECRET' | 'SIAGA_OIDC_NAME' | 'SIAGA_PUBLIC_URL'
>

export interface ProviderSettings {
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string
  /** As people call it, on the button. */
  readonly name: string
  /** Where the provider sends people back to. */
  readonly returnAddress: string
}

/** The page that takes people in again. */
export const RETURN_PATH = '/login/return'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/

/**
 * People without a password set up no one-time codes, and at a bare address browsers make no passkeys.
 * @returns what to do about it, where both hold and two factors are asked of everybody
 */
export function factorsOutOfReach(given: Given & Pick<ServerSettings, 'SIAGA_SECOND_FACTOR'>): string | undefined {
  const { SIAGA_OIDC_ISSUER, SIAGA_PUBLIC_URL, SIAGA_SECOND_FACTOR } = given
  if (SIAGA_OIDC_ISSUER === undefined || SIAGA_PUBLIC_URL === undefined || SIAGA_SECOND_FACTOR === 'acts')
    return undefined
  const { hostname } = new URL(SIAGA_PUBLIC_URL)
  if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return undefined
  return `SIAGA_PUBLIC_URL is "${SIAGA_PUBLIC_URL}", a bare address, at which there are no passkeys: people of the provider get in only when it vouches for two factors (amr: mfa), or by a one-time link from /settings; give the server a name`
}

/** @returns undefined when there is none. @throws SettingsError naming what is missing */
export function judgeProvider(given: Given): ProviderSettings | undefined {
  const { SIAGA_OIDC_ISSUER, SIAGA_OIDC_CLIENT_ID, SIAGA_OIDC_CLIENT_SECRET, SIAGA_PUBLIC_URL } = given
  if (SIAGA_OIDC_ISSUER === undefined) return undefined
  if (SIAGA_OIDC_CLIENT_ID === undefined || SIAGA_OIDC_CLIENT_SECRET === undefined || SIAGA_PUBLIC_URL === undefined) {
    throw new SettingsError(
      'SIAGA_OIDC_ISSUER needs SIAGA_OIDC_CLIENT_ID, SIAGA_OIDC_CLIENT_SECRET_FILE and SIAGA_PUBLIC_URL beside it: set all, or none',
    )
  }
  const issuer = new URL(SIAGA_OIDC_ISSUER)
  if (issuer.protocol !== 'https:' && !LOOPBACK.test(issuer.hostname)) {
    throw new SettingsError(`SIAGA_OIDC_ISSUER is "${SIAGA_OIDC_ISSUER}": beyond loopback it must be https`)
  }
  return {
    issuer,
    clientId: SIAGA_OIDC_CLIENT_ID,
    clientSecret: SIAGA_OIDC_CLIENT_SECRET,
    name: given.SIAGA_OIDC_NAME,
    returnAddress: new URL(RETURN_PATH, SIAGA_PUBLIC_URL).href,
  }
}
