/** The tokens that work now, in memory: found by hash at a login, by issue afterwards, and replaced by identity. */
import { identityName } from '#contract/access.ts'
import type { IssuedIdentity, LiveToken } from './token-table.ts'

export class LiveTokens {
  /** In the order they were made, for each identity. */
  readonly byHash = new Map<string, IssuedIdentity>()
  readonly byIssue = new Map<string, IssuedIdentity>()
  /** Epoch ms at which to look again; never later than the first expiry. */
  nextExpiryMs = Number.POSITIVE_INFINITY
  private readonly byName = new Map<string, LiveToken[]>()

  replaceAll(live: readonly LiveToken[]): void {
    this.byHash.clear()
    this.byIssue.clear()
    this.byName.clear()
    this.nextExpiryMs = Number.POSITIVE_INFINITY
    for (const token of live) this.add(token)
  }

  /** @param live all that work of this identity */
  replaceOf(username: string, live: readonly LiveToken[]): void {
    for (const { hash, identity } of this.byName.get(username) ?? []) {
      this.byHash.delete(hash)
      this.byIssue.delete(identity.issue)
    }
    this.byName.delete(username)
    for (const token of live) this.add(token)
  }

  /** In the order they were made. */
  of(username: string): readonly LiveToken[] {
    return this.byName.get(username) ?? []
  }

  private add(token: LiveToken): void {
    const { hash, identity, expiresAt = Number.POSITIVE_INFINITY } = token
    this.byHash.set(hash, identity)
    this.byIssue.set(identity.issue, identity)
    const name = identityName(identity)
    const others = this.byName.get(name)
    if (others) others.push(token)
    else this.byName.set(name, [token])
    this.nextExpiryMs = Math.min(this.nextExpiryMs, expiresAt)
  }
}
