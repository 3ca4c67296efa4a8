/**
 * Who can reach the HTTP port, and so what must stand before it (design §3.2): without login only loopback; beyond
 * loopback only with TLS, our own or that of a proxy in front. Pure.
 */
import { SettingsError } from '#runtime/settings.ts'
import type { ServerSettings } from '../settings.ts'

type Surroundings = Pick<
  ServerSettings,
  'SIAGA_DEMO' | 'SIAGA_HTTP_HOST' | 'SIAGA_HTTP_CERT' | 'SIAGA_HTTP_KEY' | 'SIAGA_PUBLIC_URL' | 'SIAGA_TRUST_PROXY'
>

export interface Exposure {
  /** False in the demo alone. */
  readonly login: boolean
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly proxies: string | undefined
  /** `Secure` and `__Host-`: plain http is left to loopback. */
  readonly secureCookies: boolean
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** @throws SettingsError naming what is missing and what to set */
export function judgeExposure(settings: Surroundings): Exposure {
  const { SIAGA_HTTP_HOST: host, SIAGA_HTTP_CERT: cert, SIAGA_HTTP_KEY: key, SIAGA_PUBLIC_URL: publicUrl } = settings
  if ((cert === undefined) !== (key === undefined)) {
    throw new SettingsError('SIAGA_HTTP_CERT and SIAGA_HTTP_KEY go together: set both or neither')
  }
  const tls = cert !== undefined && key !== undefined ? { cert, key } : undefined
  const publicHttps = publicUrl?.startsWith('https:') === true
  if (!LOOPBACK.test(host)) requireProtection(settings, tls !== undefined, publicHttps)
  if (publicHttps && tls === undefined && settings.SIAGA_TRUST_PROXY === undefined) {
    throw new SettingsError(
      `SIAGA_PUBLIC_URL is "${publicUrl}" and there is no certificate here: set SIAGA_TRUST_PROXY to the address of the proxy that does TLS (127.0.0.1 on the same machine), or all people count as one guesser at one address`,
    )
  }
  return {
    login: !settings.SIAGA_DEMO,
    tls,
    proxies: settings.SIAGA_TRUST_PROXY,
    secureCookies: tls !== undefined || publicHttps,
  }
}

function requireProtection(settings: Surroundings, ownTls: boolean, publicHttps: boolean): void {
  const host = settings.SIAGA_HTTP_HOST
  if (settings.SIAGA_DEMO) {
    throw new SettingsError(`SIAGA_HTTP_HOST is "${host}": the demo has no login and listens on loopback only`)
  }
  if (!publicHttps) {
    throw new SettingsError(
      `SIAGA_HTTP_HOST is "${host}": beyond loopback SIAGA_PUBLIC_URL must be the https address people use`,
    )
  }
  if (!ownTls && settings.SIAGA_TRUST_PROXY === undefined) {
    throw new SettingsError(
      `SIAGA_HTTP_HOST is "${host}": beyond loopback set SIAGA_HTTP_CERT_FILE and SIAGA_HTTP_KEY_FILE, or SIAGA_TRUST_PROXY to the address of the proxy that does TLS`,
    )
  }
}
