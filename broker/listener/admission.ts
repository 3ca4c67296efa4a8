/**
 * Who may hold a connection: bounds over all, by address and by identity, and the deadlines of those that do not log
 * in or do not end a packet. A newcomer takes the place of the one that has waited longest without logging in, so
 * thousands of slow connections cannot lock the devices out.
 */
import type { Connection } from './connection.ts'

export interface AdmissionLimits {
  /** Connections over all listeners. */
  readonly connectionsMax: number
  /** Connections of one address; loopback is exempt: servers and proxies of the same host come from there. */
  readonly perAddressMax: number
  readonly connectTimeoutMs: number
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

export class Admission {
  private readonly limits: AdmissionLimits
  private readonly connections = new Set<Connection>()
  /** Not logged in, in the order they came: the first has waited longest. */
  private readonly waiting = new Set<Connection>()
  private readonly byAddress = new Map<string, number>()
  private readonly byIdentity = new Map<string, number>()

  constructor(limits: AdmissionLimits) {
    this.limits = limits
  }

  get size(): number {
    return this.connections.size
  }

  /** Whether an address may open another connection now; may end a pending one for it. */
  admits(address: string): boolean {
    if (!LOOPBACK.test(address) && (this.byAddress.get(address) ?? 0) >= this.limits.perAddressMax) return false
    if (this.connections.size < this.limits.connectionsMax) return true
    const [longest] = this.waiting
    if (!longest) return false
    this.remove(longest)
    longest.destroy()
    return true
  }

  add(connection: Connection): void {
    this.connections.add(connection)
    this.waiting.add(connection)
    change(this.byAddress, connection.address, 1)
  }

  remove(connection: Connection): void {
    this.waiting.delete(connection)
    if (this.connections.delete(connection)) change(this.byAddress, connection.address, -1)
  }

  /** Counts a login of this identity. @returns false when it has as many connections as it may */
  login(connection: Connection, name: string, connectionsMax: number): boolean {
    if ((this.byIdentity.get(name) ?? 0) >= connectionsMax) return false
    this.waiting.delete(connection)
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
