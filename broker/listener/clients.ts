/** The library's clients and the connections behind them: login within the limits of the identity, and its end. */
import type { Client, ConnectPacket } from 'aedes'
import { identityName } from '#contract/access.ts'
import type { Admission } from './admission.ts'
import { Allowance } from './allowance.ts'
import type { Connection } from './connection.ts'
import { roleLimits } from './limits.ts'
import { connackCode } from './packet-types.ts'
import type { LoginRefusal, Sessions } from './sessions.ts'

export interface ClientsOptions {
  readonly sessions: Sessions
  readonly admission: Admission
  readonly monoMs: () => number
  readonly onRefused: (login: { readonly address: string; readonly user: string; readonly reason: string }) => void
}

export class Clients {
  private readonly options: ClientsOptions
  private readonly connections = new WeakMap<Client, Connection>()
  private readonly refusals = new WeakMap<Client, LoginRefusal>()
  /** By client id: the one that came last. */
  private readonly live = new Map<string, Client>()
  /** By identity; bounded by the credentials that were ever issued. */
  private readonly allowances = new Map<string, Allowance>()

  constructor(options: ClientsOptions) {
    this.options = options
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.live.values()
  }

  connectionOf(client: Client): Connection | undefined {
    return this.connections.get(client)
  }

  attach(client: Client, connection: Connection): void {
    this.connections.set(client, connection)
  }

  /** CONNECT has come: who is it? */
  prepare(client: Client, packet: ConnectPacket): void {
    const refusal = this.options.sessions.prepare(client, packet)
    if (!refusal) return
    this.refusals.set(client, refusal)
    const address = this.connections.get(client)?.place.address ?? ''
    this.options.onRefused({ address, user: shownName(packet.username), reason: refusal.reason })
  }

  isRefused(client: Client): boolean {
    return this.refusals.has(client)
  }

  /** Why it may not log in, or undefined; then it is counted until its connection closes. */
  login(client: Client): LoginRefusal | undefined {
    const refusal = this.refusals.get(client)
    if (refusal) return refusal
    const identity = this.options.sessions.identityOf(client)
    const connection = this.connections.get(client)
    if (!identity || !connection) return notAuthorized
    const name = identityName(identity)
    if (!this.options.admission.login(connection, name, roleLimits[identity.role].connectionsMax)) return tooMany
    client.conn.once('close', () => this.options.admission.logout(name))
    return undefined
  }

  /** CONNACK is out: its packets may come. */
  ready(client: Client): void {
    const identity = this.options.sessions.identityOf(client)
    if (!identity) return
    const limits = roleLimits[identity.role]
    const name = identityName(identity)
    const allowance = this.allowances.get(name) ?? new Allowance(limits.rates, this.options.monoMs())
    this.allowances.set(name, allowance)
    this.connections.get(client)?.open(limits, allowance)
  }

  /**
   * A token revoked between CONNECT and here was not looked for among those who are live. Of several that come at once
   * with the same id the library misses some, so it is here that all others give way [MQTT-3.1.4-2].
   */
  registered(client: Client): void {
    if (!this.options.sessions.refresh(client) || client.conn.destroyed) return
    const { id } = client
    this.live.get(id)?.close()
    this.live.set(id, client)
    client.conn.once('close', () => {
      if (this.live.get(id) === client) this.live.delete(id)
      this.options.sessions.ended(client)
    })
  }
}

const notAuthorized: LoginRefusal = { reason: 'not authorized', returnCode: connackCode.notAuthorized }
const tooMany: LoginRefusal = { reason: 'too many connections', returnCode: connackCode.serverUnavailable }

/** What is no name of an identity may be a token in the wrong place. */
function shownName(username: string | undefined): string {
  return username !== undefined && /^[a-z]{1,16}:[a-z0-9-]{1,64}$/.test(username) ? username : 'no name of an identity'
}
