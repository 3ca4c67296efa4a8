/** The one-time link of a person: its secret is behind the #, which a browser sends to nobody. */

export interface OneTimeLink {
  readonly secret: string
  /** For the first administrator, who has no account yet. */
  readonly first: boolean
}

/** @param hash as `location.hash`: `#first=SECRET` or `#link=SECRET`. Pure. */
export function readLink(hash: string): OneTimeLink | null {
  const parts = new URLSearchParams(hash.slice(1))
  const first = parts.get('first')
  const secret = first ?? parts.get('link')
  return secret ? { secret, first: first !== null } : null
}
