/** A real OpenID Connect provider on loopback, and somebody who logs in at it with a browser's cookies but without one. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'

export interface LoginProvider {
  readonly issuer: string
  /** Settings of a server at `publicUrl` that trusts it. */
  readonly settings: Readonly<Record<string, string>>
}

/** As the provider tells of whoever logs in; the address of mail is whatever people say it is. */
const claimsOf = (subject: string) => ({
  sub: subject,
  name: `Nama ${subject}`,
  email: `${subject}@kalbar.example`,
  email_verified: false,
})

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

export interface LoginProviderOptions {
  /** Whom its ID tokens name instead, under the signature that was made for the one who logged in. */
  readonly forged?: string
  /** What its ID tokens carry instead of the nonce of the login they are for. */
  readonly nonce?: string
  /** How it says that people proved themselves (RFC 8176). */
  readonly methods?: readonly string[]
}

/** Any name and password are right: its own pages for developers. */
export async function startLoginProvider(
  publicUrl: string,
  { forged, nonce, methods = ['pwd', 'otp', 'mfa'] }: LoginProviderOptions = {},
): Promise<LoginProvider> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const client = { client_id: 'siaga', client_secret: 'rahasia-yang-cukup-panjang-untuk-uji' }
  const provider = new Provider(issuer, {
    clients: [{ ...client, redirect_uris: [`${publicUrl}/login/return`] }],
    claims: { openid: ['sub', 'amr'], profile: ['name'], email: ['email', 'email_verified'] },
    findAccount: (_, subject) => ({ accountId: subject, claims: () => claimsOf(subject) }),
    cookies: { keys: ['keys-of-the-test-provider'] },
    pkce: { required: () => true },
  })
  // Its pages for developers say nothing of it, so the code they end with does.
  const { prototype } = provider.AuthorizationCode
  const save = prototype.save
  prototype.save = function (...given) {
    this.amr = [...methods]
    if (nonce !== undefined) this.nonce = nonce
    return save.apply(this, given)
  }
  provider.use(async (context, next) => {
    await next()
    const answer = context.body as { id_token?: string } | undefined
    if (forged !== undefined && answer?.id_token) answer.id_token = renamed(answer.id_token, forged)
  })
  const server = provider.listen(port, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    issuer,
    settings: {
      SIAGA_PUBLIC_URL: publicUrl,
      SIAGA_OIDC_ISSUER: issuer,
      SIAGA_OIDC_CLIENT_ID: client.client_id,
      SIAGA_OIDC_CLIENT_SECRET: client.client_secret,
    },
  }
}

function renamed(token: string, subject: string): string {
  const [header, claims = '', signature] = token.split('.')
  const bent = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: subject }
  return [header, Buffer.from(JSON.stringify(bent)).toString('base64url'), signature].join('.')
}

const STEPS_MAX = 20

/** Logs in at the provider and agrees. @returns the address it sends the browser back to */
export async function passProvider({ issuer }: LoginProvider, address: string, subject: string): Promise<URL> {
  const jar = new Map<string, string>()
  let next = { url: new URL(address), body: undefined as URLSearchParams | undefined }
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (next.url.origin !== issuer) return next.url
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie },
      ...(next.body && { method: 'POST', body: next.body }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    const html = await answer.text()
    if (location !== null) next = { url: new URL(location, next.url), body: undefined }
    else next = { url: new URL(attribute(html, /action="([^"]+)"/), next.url), body: formOf(html, subject) }
  }
  throw new Error(`the provider sent nobody back after ${STEPS_MAX} steps, now at ${next.url.href}`)
}

function formOf(html: string, subject: string): URLSearchParams {
  const prompt = attribute(html, /name="prompt" value="([^"]+)"/)
  return new URLSearchParams(prompt === 'login' ? { prompt, login: subject, password: 'apa saja' } : { prompt })
}

function attribute(html: string, pattern: RegExp): string {
  const found = pattern.exec(html)?.[1]
  if (found === undefined) throw new Error(`the provider's page has no ${pattern}: ${html.slice(0, 300)}`)
  return found
}
