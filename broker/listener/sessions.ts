/** Who is behind each MQTT connection: authentication, namespaced client ids, and the end of revoked ones. */
import { createHash, randomUUID } from 'node:crypto'
import type { Client, ConnectPacket } from 'aedes'
import { type Identity, identityName, publishRight } from '#contract/access.ts'
import { channels } from '#contract/channels.ts'
import type { Log } from '#runtime/log.ts'
import type { Credentials, IssuedIdentity } from '../identity/credentials.ts'
import { type ConnackCode, connackCode } from './packet-types.ts'

/** Keeps a client id readable in logs; the MQTT field allows 65,535 bytes. */
const CLIENT_ID_CHARACTERS_MAX = 64
const CLIENT_ID_KEPT = 47
const CLIENT_ID_DIGEST = 16
/**
 * Keep alive of 0 or more is taken as this (§3.1.2.10: a server may end a client it finds unresponsive at any time):
 * 30 minutes without any packet is the longest a dead connection holds its place.
 */
const KEEPALIVE_MAX_S = 1_200

/** Why a login is refused. */
export interface LoginRefusal {
  readonly reason: string
  readonly returnCode: ConnackCode
}

export interface SessionsOptions {
  readonly credentials: Credentials
  readonly log: Log
  /** A connection with this issue came or went. */
  readonly onUse?: (issue: string) => void
}

export class Sessions {
  private readonly byClient = new WeakMap<Client, IssuedIdentity>()
  private readonly options: SessionsOptions
  private checkedGeneration = 0

  constructor(options: SessionsOptions) {
    this.options = options
  }

  /**
   * Before the library registers the connection: finds the identity, puts the client id into that identity's own
   * namespace (nobody can push another off), and ends persistent sessions (an offline queue has no bound; agents
   * keep their own outbox, and the server reads the journal).
   */
  prepare(client: Client, packet: ConnectPacket): LoginRefusal | undefined {
    packet.clean = true
    if (!packet.keepalive || packet.keepalive > KEEPALIVE_MAX_S) packet.keepalive = KEEPALIVE_MAX_S
    const identity = this.authenticate(packet.username ?? '', packet.password?.toString() ?? '')
    const refusal = identity ? willRefusal(identity, packet) : badLogin
    if (!identity || refusal) {
      packet.clientId = `refused:${randomUUID()}`
      delete packet.will
      return refusal
    }
    this.byClient.set(client, identity)
    packet.clientId = sessionId(identity, packet.clientId)
    this.options.onUse?.(identity.issue)
    return undefined
  }

  /** A credential made a moment ago by another process is looked for once more before it is refused. */
  private authenticate(username: string, password: string): IssuedIdentity | undefined {
    const { credentials } = this.options
    const known = credentials.authenticate(username, password)
    if (known) return known
    credentials.reload()
    return credentials.authenticate(username, password)
  }

  identityOf(client: Client | null): Identity | undefined {
    return client ? this.byClient.get(client) : undefined
  }

  /** Of the tokens with which these are logged in. */
  *issuesOf(clients: Iterable<Client>): Generator<string> {
    for (const client of clients) {
      const issue = this.byClient.get(client)?.issue
      if (issue !== undefined) yield issue
    }
  }

  /** Takes over the rights of now. @returns false when its token is good no longer: the connection is then being closed */
  refresh(client: Client): boolean {
    const identity = this.byClient.get(client)
    const current = identity && this.options.credentials.current(identity.issue)
    if (current) {
      this.byClient.set(client, current)
      return true
    }
    if (!identity) return false
    this.options.log.info({ client: client.id }, 'credential revoked, connection closed')
    this.byClient.delete(client)
    client.close()
    return false
  }

  /** The connection is gone. */
  ended(client: Client): void {
    const identity = this.byClient.get(client)
    if (identity) this.options.onUse?.(identity.issue)
  }

  /** Closes the connections whose token is revoked or expired; the others have the rights of now. */
  closeRevoked(clients: Iterable<Client>): void {
    const { credentials } = this.options
    credentials.reload()
    if (credentials.generation() === this.checkedGeneration) return
    this.checkedGeneration = credentials.generation()
    for (const client of clients) this.refresh(client)
  }
}

const badLogin: LoginRefusal = { reason: 'bad user name or password', returnCode: connackCode.badLogin }

/** A will nobody could publish would be dropped in silence when it is needed. */
function willRefusal(identity: Identity, { will }: ConnectPacket): LoginRefusal | undefined {
  if (!will) return undefined
  const right = publishRight(identity, will.topic)
  const returnCode = connackCode.notAuthorized
  if (!right) return { reason: 'will on a topic it may not publish to', returnCode }
  return will.payload.length > channels[right.channel].maxBytes
    ? { reason: 'will is too large', returnCode }
    : undefined
}

/** Devices and the server have exactly one session; applications and gateways may use any client id of their own. */
function sessionId(identity: Identity, clientId: string): string {
  const name = identityName(identity)
  if (identity.role !== 'app' && identity.role !== 'gateway') return name
  // [MQTT-3.1.3-6]: without an id it is given one of its own.
  return `${name}/${clientId === '' ? randomUUID() : shortened(clientId)}`
}

/** Two long ids that differ only behind the cut stay two. */
function shortened(clientId: string): string {
  if (clientId.length <= CLIENT_ID_CHARACTERS_MAX) return clientId
  const digest = createHash('sha256').update(clientId).digest('hex').slice(0, CLIENT_ID_DIGEST)
  return `${clientId.slice(0, CLIENT_ID_KEPT)}~${digest}`
}
