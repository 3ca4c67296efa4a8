/** Between the library's web headers and a request: cookie, address and browser go in, only Set-Cookie comes out. */

export interface WithCookies<T> {
  readonly value: T
  /** As `Set-Cookie` has them. */
  readonly cookies: readonly string[]
}

export const ADDRESS_HEADER = 'x-siaga-address'

/** Who asks, as far as the connection tells. */
export interface Client {
  /** Its Cookie header. */
  readonly cookie: string | undefined
  readonly address: string
  /** What counts as one guesser: the address, of IPv6 the /64 that one line is given. */
  readonly network: string
  /** Its User-Agent header. */
  readonly agent: string
}

export function clientHeaders({ cookie, address, agent }: Client): Headers {
  return new Headers({ ...(cookie !== undefined && { cookie }), [ADDRESS_HEADER]: address, 'user-agent': agent })
}

/** Without the cookies of a session: who is in the middle of logging in is nobody yet, whatever else the browser holds. */
export function withoutSession(client: Client): Client {
  const kept = (client.cookie ?? '').split(';').filter((pair) => !/\.session_\w+\s*=/.test(pair))
  return { ...client, cookie: kept.join(';') }
}

/** @param cookies as `Set-Cookie` has them @returns the token of a session they begin, without its signature */
export function sessionTokenOf(cookies: readonly string[]): string | undefined {
  const value = cookies.map((line) => /\.session_token=([^;]+)/.exec(line)?.[1]).find((one) => one !== undefined)
  return value === undefined ? undefined : decodeURIComponent(value).split('.')[0]
}

/** What a login that waits for its code is known by, without its signature. @param cookie a Cookie header */
export function waitingLoginOf(cookie: string | undefined): string | undefined {
  const value = /\.two_factor=([^;]+)/.exec(cookie ?? '')?.[1]
  return value && safelyDecoded(value)?.split('.')[0]
}

function safelyDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined // a browser's own doing, or nobody's cookie
  }
}

export function cookieHeaders(cookie: string): Headers {
  return new Headers({ cookie })
}

export function withCookies<T>({ headers, response }: { headers: Headers; response: T }): WithCookies<T> {
  return { value: response, cookies: headers.getSetCookie() }
}
