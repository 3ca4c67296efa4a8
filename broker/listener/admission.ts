/**
 * Who may hold a connection: the places of all sockets, bounds by identity, and the deadlines of those that do not log
 * in or do not end a packet. Until the login a newcomer may take the place, so thousands of slow connections cannot
 * lock the devices out, in whatever handshake they are.
 */
import { ConnectionPlaces } from '#runtime/connection-places.ts'
import type { Connection } from './connection.ts'

export interface AdmissionLimits {
  /** Connections over all listeners. */
  readonly connectionsMax: number
  /** Connections of one address but loopback. */
  readonly perAddressMax: number
  readonly connectTimeoutMs: number
}

export class Admission {
  readonly places: ConnectionPlaces
  private readonly limits: AdmissionLimits
  /** Those whose handshake is done. */
  private readonly connections = new Set<Connection>()
  private readonly byIdentity = new Map<string, number>()

  constructor(limits: AdmissionLimits) {
    this.limits = limits
    this.places = new ConnectionPlaces({ max: limits.connectionsMax, perAddressMax: limits.perAddressMax })
  }

  add(connection: Connection): void {
    this.connections.add(connection)
  }

  remove(connection: Connection): void {
    this.connections.delete(connection)
  }

  /** Counts a login of this identity. @returns false when it has as many connections as it may */
  login({ place }: Connection, name: string, connectionsMax: number): boolean {
    if ((this.byIdentity.get(name) ?? 0) >= connectionsMax) return false
    this.places.keep(place)
    change(this.byIdentity, name, 1)
    return true
  }

  logout(name: string): void {
    change(this.byIdentity, name, -1)
  }

  /** Connections past a deadline, each with the reason. */
  *overdue(nowMs: number): Generator<[Connection, string]> {
    for (const connection of this.connections) {
      const reason = connection.overdue(nowMs, this.limits.connectTimeoutMs)
      if (reason !== undefined) yield [connection, reason]
    }
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
