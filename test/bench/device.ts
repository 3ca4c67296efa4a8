/** A door as far as its connection goes: CONNECT with a will, three subscriptions, its status; then it stays. */
import { connect, type Socket } from 'node:net'
import { encode } from '#contract/codec.ts'
import { topicName } from '#contract/topics.ts'
import { systemClock } from '#runtime/clock.ts'
import {
  connectPacket,
  disconnectPacket,
  PacketReader,
  publishPacket,
  type Received,
  subscribePacket,
} from '../harness/mqtt-wire.ts'

export interface DeviceLogin {
  readonly id: string
  /** Left out where nobody asks for it. */
  readonly username?: string
  readonly password?: string
}

/** ms since all were told to connect. */
export interface Arrival {
  readonly subscribedMs: number
  /** Its status is acknowledged. */
  readonly toldMs: number
}

const CONNACK = 2
const PUBACK = 4
const SUBACK = 9
/** Longer than any proof: nothing but the load is measured. */
const KEEPALIVE_S = 1_200
/** As the first wait of a door's own agent. */
const RETRY_MS = 1_000
const STATUS_MESSAGE_ID = 1
/** Return code of CONNACK. */
const BAD_LOGIN = 4

export class Device {
  /** Connections that the broker ended, or that never stood. */
  dropped = 0
  private readonly port: number
  private readonly login: DeviceLogin
  private socket: Socket | undefined
  private retry: NodeJS.Timeout | undefined
  private arriving: { readonly startedMs: number; readonly arrived: (arrival: Arrival) => void } | undefined
  private connections = 0
  private nextMessageId = STATUS_MESSAGE_ID + 1
  /** By message id. */
  private readonly acknowledged = new Map<number, () => void>()

  constructor(port: number, login: DeviceLogin) {
    this.port = port
    this.login = login
  }

  /** Tries until it stands. */
  arrive(startedMs: number): Promise<Arrival> {
    return new Promise((arrived) => {
      this.arriving = { startedMs, arrived }
      this.open()
    })
  }

  /** As a switch that loses its current: no DISCONNECT. */
  lose(): void {
    this.release()?.destroy()
  }

  leave(): void {
    this.release()?.end(disconnectPacket)
  }

  /** @returns ms until PUBACK; undefined when the connection ended first */
  tell(): Promise<number | undefined> {
    const socket = this.socket
    if (!socket) return Promise.resolve(undefined)
    const sentMs = systemClock.monoMs()
    const id = this.nextMessageId
    this.nextMessageId = id < 0xffff ? id + 1 : STATUS_MESSAGE_ID + 1
    return new Promise((resolve) => {
      const lost = () => resolve(undefined)
      socket.once('close', lost)
      this.acknowledged.set(id, () => {
        socket.off('close', lost)
        resolve(systemClock.monoMs() - sentMs)
      })
      socket.write(publishPacket({ topic: this.topic('doorStatus'), payload: this.status(true), id, retain: true }))
    })
  }

  /** What stands no longer, and is not tried again. */
  private release(): Socket | undefined {
    clearTimeout(this.retry)
    const socket = this.socket
    this.socket = undefined
    return socket
  }

  private open(): void {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true })
    const reader = new PacketReader()
    this.socket = socket
    this.connections += 1
    socket.write(this.connectPacket())
    socket.on('data', (chunk: Buffer) => {
      for (const packet of reader.push(chunk)) this.answer(socket, packet)
    })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      if (this.socket !== socket) return
      this.dropped += 1
      this.socket = undefined
      this.retry = setTimeout(() => this.open(), RETRY_MS)
    })
  }

  private answer(socket: Socket, { type, body }: Received): void {
    if (type === CONNACK) {
      if (body[1] === BAD_LOGIN) throw new Error(`${this.login.id} has no token here`)
      // Refused for now: the broker closes, and it comes again.
      if (body[1] !== 0) return
      const filters = (['access', 'command', 'doorAcknowledged'] as const).map((name) => [this.topic(name), 1] as const)
      socket.write(subscribePacket(1, ...filters))
    } else if (type === SUBACK) {
      this.noteArrival()
      const status = { topic: this.topic('doorStatus'), payload: this.status(true), retain: true }
      socket.write(publishPacket({ ...status, id: STATUS_MESSAGE_ID }))
    } else if (type === PUBACK) {
      const id = body.readUInt16BE(0)
      this.acknowledged.get(id)?.()
      this.acknowledged.delete(id)
    }
  }

  private noteArrival(): void {
    const arriving = this.arriving
    if (!arriving) return
    const { startedMs, arrived } = arriving
    const subscribedMs = systemClock.monoMs() - startedMs
    this.acknowledged.set(STATUS_MESSAGE_ID, () => {
      this.arriving = undefined
      arrived({ subscribedMs, toldMs: systemClock.monoMs() - startedMs })
    })
  }

  private topic(name: 'access' | 'command' | 'doorAcknowledged' | 'doorStatus'): string {
    return topicName(name, { door: this.login.id })
  }

  private status(online: boolean): string {
    return encode('doorStatus', { online, version: '0.1.0', boot: 'load', connection: this.connections })
  }

  private connectPacket(): Buffer {
    const will = { topic: this.topic('doorStatus'), payload: this.status(false), qos: 1, retain: true }
    return connectPacket({ clientId: this.login.id, ...this.login, keepAliveS: KEEPALIVE_S, will })
  }
}
