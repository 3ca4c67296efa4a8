/** One connection of the MQTT fuzz to its end, by TCP or WebSocket, and what of it the broker has looked at. */
import { connect, type Socket } from 'node:net'
import type { Credential } from '../../broker/identity/credentials.ts'
import { connectPacket, PacketReader, pingPacket } from '../harness/mqtt-wire.ts'
import { clientFrame, FrameReader, opcode } from './websocket-frames.ts'

/** A login waits for its turn; this is a net below. */
const LOGIN_PATIENCE_MS = 10_000
/** Where no answer and no end comes: the last frame was cut short. */
const PATIENCE_MS = 250
/** From before it was accepted. */
const STRANGER_PATIENCE_MS = 1_000
const CONNACK = 2
const PINGRESP = 13
const ACCEPTED = Buffer.of(0, 0)
const HEAD_END = '\r\n\r\n'
const upgrade = Buffer.from(
  [
    ...['GET /mqtt HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade'],
    ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: mqtt'],
  ].join('\r\n') + HEAD_END,
)

export interface Exchange {
  readonly port: number
  readonly localAddress: string
  readonly webSocket: boolean
  readonly frames: readonly Buffer[]
  /** Undefined: a stranger, whose first frame is bent already. */
  readonly login: Credential | undefined
}

export interface Outcome {
  /** CONNACK said so. */
  readonly loggedIn: boolean
  /** Frames: fewer than there may have been, never more. */
  readonly looked: number
}

/** Behind each frame goes a ping, whose answer says that the frame was looked at. */
export function exchange({ port, localAddress, webSocket, frames, login }: Exchange): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true })
    const heard = new Heard(webSocket)
    const wrap = (bytes: Buffer) => (webSocket ? clientFrame(opcode.binary, bytes) : bytes)
    let patience: NodeJS.Timeout | undefined
    let given = false
    let sent = false
    const giveUp = () => {
      given = true
      socket.end()
    }
    const waitOn = (ms: number) => {
      clearTimeout(patience)
      patience = setTimeout(giveUp, ms)
    }
    const begin = () => {
      if (login) socket.write(wrap(connectPacket({ username: login.username, password: login.password })))
      else sendAll()
    }
    const sendAll = () => {
      sent = true
      waitOn(login ? PATIENCE_MS : STRANGER_PATIENCE_MS)
      socket.write(Buffer.concat(frames.flatMap((frame) => [wrap(frame), wrap(pingPacket)])))
    }
    waitOn(LOGIN_PATIENCE_MS)
    socket.once('connect', () => (webSocket ? socket.write(upgrade) : begin()))
    socket.on('data', (chunk: Buffer) => {
      const { open, pongs } = heard
      heard.push(chunk)
      if (heard.pongs > pongs) waitOn(PATIENCE_MS)
      if (!open && heard.open) begin()
      if (!sent && heard.loggedIn) sendAll()
      if (heard.closed || heard.pongs >= frames.length) socket.end()
    })
    const ended = endOf(socket, () => given)
    socket.once('close', () => {
      clearTimeout(patience)
      const loggedIn = login !== undefined && heard.loggedIn
      const cut = sent && (heard.closed || ended())
      resolve({ loggedIn, looked: loggedIn ? heard.looked(frames, cut) : strangersLook(login, cut) })
    })
  })
}

/** A stranger has one frame. A device that was refused has sent none. */
function strangersLook(login: Credential | undefined, cut: boolean): number {
  return login === undefined && cut ? 1 : 0
}

/** @returns whether it was the other side that ended the connection; a cut may come as a reset */
function endOf(socket: Socket, given: () => boolean): () => boolean {
  let ended = false
  const note = () => {
    ended ||= !given()
  }
  socket.once('end', note)
  socket.on('error', note)
  return () => ended
}

/** What the broker has said on one connection. */
class Heard {
  /** Packets may be sent. */
  open: boolean
  loggedIn = false
  /** By a closing frame of WebSocket. */
  closed = false
  pongs = 0
  private readonly webSocket: boolean
  private readonly packets = new PacketReader()
  private readonly frames = new FrameReader()
  private head = ''

  constructor(webSocket: boolean) {
    this.webSocket = webSocket
    this.open = !webSocket
  }

  push(chunk: Buffer): void {
    if (!this.webSocket) this.take(chunk)
    else if (this.open) this.unwrap(chunk)
    else {
      this.head += chunk.toString('latin1')
      const end = this.head.indexOf(HEAD_END)
      if (end < 0) return
      this.open = this.head.startsWith('HTTP/1.1 101')
      this.unwrap(Buffer.from(this.head.slice(end + HEAD_END.length), 'latin1'))
    }
  }

  /** Those behind which a ping was answered, and the one behind them where the broker then cut. */
  looked(frames: readonly Buffer[], cut: boolean): number {
    // What is a ping itself was answered too.
    const pongs = Math.max(0, Math.min(frames.length, this.pongs - pingsIn(Buffer.concat(frames))))
    return cut && pongs < frames.length ? pongs + 1 : pongs
  }

  private unwrap(chunk: Buffer): void {
    for (const { kind, payload } of this.frames.push(chunk)) {
      if (kind === opcode.binary) this.take(payload)
      else if (kind === opcode.close) this.closed = true
    }
  }

  private take(bytes: Buffer): void {
    for (const { type, body } of this.packets.push(bytes)) {
      if (type === CONNACK && body.equals(ACCEPTED)) this.loggedIn = true
      else if (type === PINGRESP) this.pongs += 1
    }
  }
}

function pingsIn(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(pingPacket); at >= 0; at = bytes.indexOf(pingPacket, at + 1)) count += 1
  return count
}
