/** Between the library's web headers and a request's Cookie: only that one header goes in, only Set-Cookie comes out. */

export interface WithCookies<T> {
  readonly value: T
  /** As `Set-Cookie` has them. */
  readonly cookies: readonly string[]
}

export function cookieHeaders(cookie: string | undefined): Headers {
  return new Headers(cookie === undefined ? {} : { cookie })
}

export function withCookies<T>({ headers, response }: { headers: Headers; response: T }): WithCookies<T> {
  return { value: response, cookies: headers.getSetCookie() }
}
