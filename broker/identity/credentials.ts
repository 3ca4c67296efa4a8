/**
 * Credentials of MQTT clients and HTTP pushers in `identity.db`: written by server and admin, read by the
 * broker, which only deletes what has expired.
 * A token has 256 random bits, so a plain SHA-256 of it is enough at rest (no dictionary to fear, unlike passwords);
 * only that hash is kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Identity, identityName } from '#contract/access.ts'
import { Id, Sha256 } from '#contract/identifiers.ts'
import { LiveTokens } from './live-tokens.ts'
import { type IssuedIdentity, type LiveToken, openTokenTable } from './token-table.ts'

export type { IssuedIdentity } from './token-table.ts'

const TOKEN_BYTES = 32

export interface Credential {
  readonly id: string
  readonly username: string
  /** Shown once; only its hash is kept. */
  readonly password: string
}

interface IssueOptions {
  /** How long the newest older token goes on working beside the new one; 0, the default, ends it at once. */
  readonly overlapMs?: number
}

export interface Credentials {
  /**
   * Makes a new token. At most two live at a time: the new one and, for `overlapMs`, the one before; any other stops
   * working at once. What the identity may do is for both as given here.
   */
  issue(identity: Identity, options?: IssueOptions): Credential
  /** Takes the token that a device made itself, of which only the hash is known here; older ones end. Taken before, it stays. @throws Error for the hash of another's token */
  accept(identity: Identity, tokenHash: string): void
  /** Ends all tokens of an identity. @returns false when there was nothing to revoke */
  revoke(username: string): boolean
  /** Ends one token of an identity; the others live on as they were. @returns false when it has no such token */
  end(username: string, issue: string): boolean
  /** For which applications a gateway may speak from now on, by any of its tokens; undefined means all. */
  setApps(username: string, apps: readonly string[] | undefined): void
  /** Each identity once, by its newest token. */
  list(): IssuedIdentity[]
  /** Whether a token of this identity works now. */
  has(username: string): boolean
  /** All of this identity that work, newest first. */
  tokensOf(username: string): LiveToken[]
  /** The identity behind a user name and its token. */
  authenticate(username: string, password: string): IssuedIdentity | undefined
  /** The identity behind a bearer token. */
  authenticateToken(token: string): IssuedIdentity | undefined
  /** What an identity that logged in with this issue is now; undefined when that token is revoked or expired. */
  current(issue: string): IssuedIdentity | undefined
  /** Reads what other processes wrote, when they did, and ends what expired. Cheap enough to call every 200 ms. */
  reload(): void
  /** Grows with each change that was read or written. */
  generation(): number
  close(): void
}

/** @param wallMs epoch milliseconds: overlaps end by the wall clock, they outlive a restart */
export function openCredentials(dataDir: string, wallMs: () => number = Date.now): Credentials {
  const table = openTokenTable(dataDir)
  const tokens = new LiveTokens()
  let generation = 0

  const load = () => {
    tokens.replaceAll(table.live(wallMs()))
    generation += 1
  }
  /** Of this identity alone: thousands are provisioned in a row, and reading all of them each time would be quadratic. */
  const loadOf = (username: string) => {
    tokens.replaceOf(username, table.liveOf(username, wallMs()))
    generation += 1
  }
  const endExpired = () => {
    if (wallMs() < tokens.nextExpiryMs) return
    try {
      table.removeExpired(wallMs())
    } catch {
      // A full disk: they are not loaded either, for as long as the clock does not go back.
    }
    load()
  }
  load()

  return {
    issue(identity, { overlapMs = 0 } = {}) {
      const id = Id.parse(identity.id)
      const password = randomBytes(TOKEN_BYTES).toString('base64url')
      const username = identityName(identity)
      table.insert({ identity, hash: hashToken(password), nowMs: wallMs(), overlapMs })
      loadOf(username)
      return { id, username, password }
    },
    accept(identity, tokenHash) {
      const hash = Sha256.parse(tokenHash)
      const owner = tokens.byHash.get(hash)
      if (owner && identityName(owner) === identityName(identity)) return
      if (owner) throw new Error('this token belongs to another identity: the device makes a new one')
      table.insert({ identity: { ...identity, id: Id.parse(identity.id) }, hash, nowMs: wallMs(), overlapMs: 0 })
      loadOf(identityName(identity))
    },
    revoke(username) {
      const removed = table.remove(username)
      loadOf(username)
      return removed > 0
    },
    end(username, issue) {
      const ended = table.removeOne(username, issue)
      loadOf(username)
      return ended
    },
    setApps(username, apps) {
      table.setApps(
        username,
        apps?.map((app) => Id.parse(app)),
      )
      loadOf(username)
    },
    ...readers(tokens, endExpired),
    reload() {
      if (table.changed()) load()
      else endExpired()
    },
    generation: () => generation,
    close: () => table.close(),
  }
}

type Readers = Pick<Credentials, 'list' | 'has' | 'tokensOf' | 'authenticate' | 'authenticateToken' | 'current'>

function readers(tokens: LiveTokens, endExpired: () => void): Readers {
  const authenticateToken = (token: string) => {
    endExpired()
    return tokens.byHash.get(hashToken(token))
  }
  return {
    list() {
      endExpired()
      // In order of making: the newest of an identity is the last that is set.
      const newest = new Map([...tokens.byHash.values()].map((identity) => [identityName(identity), identity]))
      return [...newest.values()].sort((a, b) => identityName(a).localeCompare(identityName(b)))
    },
    has(username) {
      endExpired()
      return tokens.of(username).length > 0
    },
    tokensOf(username) {
      endExpired()
      return [...tokens.of(username)].reverse()
    },
    authenticate(username, password) {
      const identity = authenticateToken(password)
      return identity && equal(identityName(identity), username) ? identity : undefined
    },
    authenticateToken,
    current: (issue) => tokens.byIssue.get(issue),
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function equal(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest()
  const right = createHash('sha256').update(b).digest()
  return timingSafeEqual(left, right)
}
