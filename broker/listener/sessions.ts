/** Who is behind each MQTT connection: authentication, namespaced client ids, and the end of revoked ones. */
import type { Client, ConnectPacket } from 'aedes'
import { type Identity, identityName } from '#contract/access.ts'
import type { Log } from '#runtime/log.ts'
import type { Credentials, IssuedIdentity } from '../identity/credentials.ts'

/** Keeps a client id readable in logs; the MQTT field allows 65,535 bytes. */
const CLIENT_ID_CHARACTERS_MAX = 64

export class Sessions {
  private readonly byClient = new WeakMap<Client, IssuedIdentity>()
  private readonly credentials: Credentials
  private readonly log: Log
  private checkedGeneration = 0

  constructor(credentials: Credentials, log: Log) {
    this.credentials = credentials
    this.log = log
  }

  /**
   * Before the library registers the connection: finds the identity, puts the client id into that identity's own
   * namespace (nobody can push another off), and ends persistent sessions (an offline queue has no bound; agents
   * keep their own outbox, and the server reads the journal).
   */
  prepare(client: Client, packet: ConnectPacket): void {
    packet.clean = true
    const identity = this.authenticate(packet.username ?? '', packet.password?.toString() ?? '')
    if (!identity) {
      packet.clientId = `refused:${packet.clientId.slice(0, CLIENT_ID_CHARACTERS_MAX)}:${Math.random()}`
      return
    }
    this.byClient.set(client, identity)
    packet.clientId = sessionId(identity, packet.clientId)
  }

  /** A credential made a moment ago by another process is looked for once more before it is refused. */
  private authenticate(username: string, password: string): IssuedIdentity | undefined {
    const known = this.credentials.authenticate(username, password)
    if (known) return known
    this.credentials.reload()
    return this.credentials.authenticate(username, password)
  }

  identityOf(client: Client | null): Identity | undefined {
    return client ? this.byClient.get(client) : undefined
  }

  /** Closes the connections whose identity is gone or was issued anew since they logged in. */
  closeRevoked(clients: Iterable<Client>): void {
    this.credentials.reload()
    if (this.credentials.generation() === this.checkedGeneration) return
    this.checkedGeneration = this.credentials.generation()
    const issued = new Map(this.credentials.list().map((identity) => [identityName(identity), identity.issue]))
    for (const client of clients) {
      const identity = this.byClient.get(client)
      if (!identity || issued.get(identityName(identity)) === identity.issue) continue
      this.log.info({ client: client.id }, 'credential revoked, connection closed')
      this.byClient.delete(client)
      client.close()
    }
  }
}

/** Devices and the server have exactly one session; applications and gateways may use any client id of their own. */
function sessionId(identity: Identity, clientId: string): string {
  const name = identityName(identity)
  if (identity.role !== 'app' && identity.role !== 'gateway') return name
  return `${name}/${clientId.slice(0, CLIENT_ID_CHARACTERS_MAX)}`
}
