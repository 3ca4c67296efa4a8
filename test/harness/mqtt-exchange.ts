/** Performs the steps of a conformance sequence on real connections, and holds what came back to the letter. */
import { expect } from 'vitest'
import type { ActorName, Step } from '../fixtures/mqtt-conformance/sequence.ts'
import { connectPacket, pingPacket, WireClient } from './mqtt-wire.ts'
import { until } from './until.ts'

const CONNACK_ACCEPTED = '20020000'
const PONG = 'd000'
const PUBLISH = 3
const ANSWER_MS = 5_000

interface Connection {
  readonly wire: WireClient
  /** Packets already looked at. */
  taken: number
  loggedIn: boolean
  ended: boolean
  readonly sinceMs: number
  /** Identifiers, in hex, of what was delivered with QoS above 0 and is not yet acknowledged. */
  readonly outstanding: Set<string>
  /** All of them, in the order they came. */
  readonly delivered: string[]
}

export class Exchange {
  private readonly port: number
  private readonly tokens: ReadonlyMap<string, string>
  private readonly connections = new Map<ActorName, Connection>()

  /** @param tokens of the identity `role:a`, by role */
  constructor(port: number, tokens: ReadonlyMap<string, string>) {
    this.port = port
    this.tokens = tokens
  }

  async perform(step: Step): Promise<void> {
    const connection = await this.connectionOf(step.actor)
    switch (step.does) {
      case 'sends':
        return connection.wire.send(step.bytes)
      case 'logs in':
        return connection.wire.send(this.login(step.as, step.fields))
      case 'answers':
        for (const packet of step.packets) answer(connection, named(connection, packet))
        return undefined
      case 'gets':
        for (const pattern of step.packets) this.note(connection, await next(connection, step.actor, pattern))
        return undefined
      case 'is closed':
        return await expectClosed(connection, step.actor, step)
      case 'breaks off':
        connection.ended = true
        return connection.wire.destroy()
      case 'waits':
        return await new Promise((resolve) => setTimeout(resolve, step.ms))
    }
  }

  /** Whoever was not closed still answers, and got nothing that no step asked for. */
  async expectQuiet(): Promise<void> {
    for (const [name, connection] of this.connections) {
      if (connection.ended) continue
      if (connection.loggedIn) {
        connection.wire.send(pingPacket)
        await next(connection, name, PONG)
      }
      expect(connection.wire.closed, `${name} is still connected`).toBe(false)
      expect(hexOf(connection), `what ${name} got and no step asked for`).toEqual([])
    }
  }

  async close(): Promise<void> {
    for (const { wire } of this.connections.values()) wire.destroy()
    await Promise.all([...this.connections.values()].map(({ wire }) => wire.expectClose()))
  }

  private async connectionOf(name: ActorName): Promise<Connection> {
    const known = this.connections.get(name)
    if (known) return known
    const wire = new WireClient(this.port)
    const opened = {
      wire,
      taken: 0,
      loggedIn: false,
      ended: false,
      sinceMs: performance.now(),
      outstanding: new Set<string>(),
      delivered: [],
    }
    this.connections.set(name, opened)
    if (name === 'raw' || name === 'other') return opened
    wire.send(this.login(name, {}))
    this.note(opened, await next(opened, name, CONNACK_ACCEPTED))
    return opened
  }

  private login(role: string, fields: Parameters<typeof connectPacket>[0]): Buffer {
    const password = this.tokens.get(role)
    if (password === undefined) throw new Error(`no token for ${role}`)
    return connectPacket({ username: `${role}:a`, password, ...fields })
  }

  /** [MQTT-2.3.1-4]: of all that is on its way, no two have the same identifier. */
  private note(connection: Connection, packet: string): void {
    if (packet === CONNACK_ACCEPTED) connection.loggedIn = true
    const bytes = Buffer.from(packet, 'hex')
    const head = bytes[0] ?? 0
    if (head >> 4 !== PUBLISH || (head & 6) === 0) return
    const topicAt = bytes.findIndex((byte, at) => at > 0 && byte < 0x80) + 1
    const at = topicAt + 2 + bytes.readUInt16BE(topicAt)
    const identifier = bytes.subarray(at, at + 2).toString('hex')
    expect(identifier).not.toBe('0000')
    expect(connection.outstanding.has(identifier), `identifier ${identifier} is in use`).toBe(false)
    connection.outstanding.add(identifier)
    connection.delivered.push(identifier)
  }
}

/** With the identifiers of its deliveries. */
function named({ delivered }: Connection, pattern: string): string {
  return pattern.replaceAll(/\{(\d)\}/g, (_, number) => delivered[number - 1] ?? `no delivery ${number}`)
}

function answer({ wire, outstanding }: Connection, packet: string): void {
  const isLast = packet.startsWith('40') || packet.startsWith('70')
  if (isLast) outstanding.delete(packet.slice(4))
  wire.send(Buffer.from(packet, 'hex'))
}

function hexOf({ wire, taken }: Connection): string[] {
  return wire.received.slice(taken).map(({ whole }) => whole.toString('hex'))
}

async function next(connection: Connection, name: ActorName, packet: string): Promise<string> {
  const pattern = named(connection, packet)
  const look = () => connection.wire.received.length > connection.taken || connection.wire.closed
  await until(`${name} gets ${pattern}`, look, ANSWER_MS)
  const [got] = hexOf(connection)
  expect(got, `what ${name} gets`).toMatch(new RegExp(`^${pattern}$`))
  connection.taken += 1
  return got ?? ''
}

async function expectClosed(
  connection: Connection,
  name: ActorName,
  { afterMs, withinMs }: { afterMs: number; withinMs: number },
): Promise<void> {
  await connection.wire.expectClose(withinMs)
  connection.ended = true
  expect(performance.now() - connection.sinceMs, `${name} was connected for, ms`).toBeGreaterThanOrEqual(afterMs)
  expect(hexOf(connection), `what ${name} got before it was closed`).toEqual([])
}
