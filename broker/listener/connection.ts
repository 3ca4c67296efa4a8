/**
 * One connection between its transport (TCP, TLS or WebSocket) and the MQTT library: everything that is read passes the
 * gate and the identity's rate, and reading pauses instead of closing where that is enough.
 */
import type { Duplex } from 'node:stream'
import type { Place } from '#runtime/connection-places.ts'
import type { Allowance } from './allowance.ts'
import type { Refusal } from './connect-check.ts'
import { PacketGate } from './gate.ts'
import type { RoleLimits } from './limits.ts'
import type { LoginQueue } from './login-queue.ts'
import { connackPacket } from './packet-types.ts'

/** A packet that has begun is complete within this; the largest takes 20 s on a line of 28 kbit/s. */
const PACKET_TIMEOUT_MS = 20_000
/** A refused client gets this long to take its CONNACK. */
const REFUSED_TIMEOUT_MS = 1_000

export interface ConnectionOptions {
  readonly place: Place
  readonly monoMs: () => number
  readonly logins: LoginQueue
  readonly onRefused: (connection: Connection, refusal: Refusal) => void
}

export class Connection {
  readonly place: Place
  readonly openedMs: number
  readonly gate = new PacketGate()
  private readonly stream: Duplex
  private readonly options: ConnectionOptions
  private readonly readRaw: (size?: number) => Buffer | null
  private allowance: Allowance | undefined
  /** Its CONNECT is complete and waits for its turn, or has had it. */
  private login: 'waiting' | 'admitted' | undefined
  private resumeTimer: NodeJS.Timeout | undefined
  /** When the packet began that is not complete yet. */
  private partialSinceMs: number | undefined
  private refusedMs: number | undefined

  constructor(stream: Duplex, options: ConnectionOptions) {
    this.stream = stream
    this.options = options
    this.place = options.place
    this.openedMs = options.monoMs()
    this.readRaw = stream.read.bind(stream)
    // The library reads a connection only through `read`; the stream itself asks for 0 bytes to be woken.
    stream.read = (size?: number) => (size === 0 ? this.readRaw(0) : this.next())
    stream.once('close', () => clearTimeout(this.resumeTimer))
  }

  /** Its CONNECT is complete; whether it is a good one is not said. */
  get introduced(): boolean {
    return this.login !== undefined || this.gate.phase !== 'connect'
  }

  get nowMs(): number {
    return this.options.monoMs()
  }

  /** Logged in: packets may follow, at the identity's rates. */
  open(limits: RoleLimits, allowance: Allowance): void {
    this.allowance = allowance
    this.gate.open(limits)
    // What came behind CONNECT waits in the gate, and nobody would read it otherwise.
    setImmediate(() => this.wake())
  }

  /** A message of its own went into quarantine. */
  quarantined(): void {
    this.allowance?.quarantined(this.options.monoMs())
  }

  /** Its SUBSCRIBE or UNSUBSCRIBE is answered. */
  proceed(): void {
    this.gate.proceed()
    setImmediate(() => this.wake())
  }

  /** Why it has taken too long by now, or undefined. */
  overdue(nowMs: number, connectTimeoutMs: number): string | undefined {
    if (this.refusedMs !== undefined) return nowMs - this.refusedMs > REFUSED_TIMEOUT_MS ? 'refused' : undefined
    if (this.gate.phase === 'connect') {
      return !this.login && nowMs - this.openedMs > connectTimeoutMs ? 'no CONNECT in time' : undefined
    }
    const waiting = this.partialSinceMs !== undefined && nowMs - this.partialSinceMs > PACKET_TIMEOUT_MS
    return waiting ? 'a packet that does not end' : undefined
  }

  destroy(): void {
    this.stream.destroy()
  }

  private next(): Buffer | null {
    for (;;) {
      const released = this.gate.take((bytes) => this.mayPass(bytes))
      if (this.gate.refusal && this.refusedMs === undefined) this.refuse(this.gate.refusal)
      this.notePartial()
      if (released) return released
      if (this.gate.phase === 'ended') return this.discard()
      if (!this.gate.hungry || this.gate.phase === 'login') return null
      const chunk = this.readRaw()
      if (chunk === null) return null
      this.gate.push(chunk)
    }
  }

  private mayPass(bytes: number): boolean {
    if (!this.allowance) return this.mayLogin()
    const nowMs = this.options.monoMs()
    if (this.allowance.take(nowMs, bytes)) return true
    this.resumeTimer ??= setTimeout(
      () => {
        this.resumeTimer = undefined
        this.wake()
      },
      this.allowance.waitMs(nowMs, bytes),
    )
    return false
  }

  private mayLogin(): boolean {
    if (this.login) return this.login === 'admitted'
    this.login = 'waiting'
    this.options.logins.enter(() => {
      this.login = 'admitted'
      this.wake()
    })
    return false
  }

  private wake(): void {
    if (!this.stream.destroyed) this.stream.emit('readable')
  }

  private notePartial(): void {
    if (!this.gate.partial) this.partialSinceMs = undefined
    else this.partialSinceMs ??= this.options.monoMs()
  }

  /** Bytes that nobody may see any more; read, or the end of the stream would never come. */
  private discard(): null {
    while (this.readRaw() !== null);
    return null
  }

  private refuse(refusal: Refusal): void {
    this.refusedMs = this.options.monoMs()
    this.options.onRefused(this, refusal)
    if (refusal.returnCode !== undefined) this.stream.end(connackPacket(refusal.returnCode))
    // After what was released before it has been looked at.
    else setImmediate(() => this.stream.destroy())
  }
}
