/** MQTT over WebSocket (MQTT 3.1.1 §6): the upgrade, and a byte stream of its binary frames. */
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import type { Connection } from './connection.ts'
import { CONNECT_BYTES_MAX } from './gate.ts'
import { TokenBucket } from './token-bucket.ts'

/** Clients put what has waited into one frame, as many packets as there are; past this they have no reason to. */
const FRAME_BYTES_MAX = 256 * 1024
/** `ws` keeps a frame that has not ended to itself, where no gate sees it. CONNECT byte by byte: seven for each in a frame. */
const BYTES_BEFORE_CONNECT_MAX = 8 * CONNECT_BYTES_MAX
/** On the wire for each byte of MQTT: PINGREQ in a frame of its own, the least that a client library sends, has as many. */
const BYTES_FOR_ONE = 4
/** Beside them: the largest frame before it has ended, a CONNECT byte by byte; and a ping of WebSocket now and then. */
const FRAMING_BYTES = { burst: FRAME_BYTES_MAX + BYTES_BEFORE_CONNECT_MAX, perS: 64 }
const SUBPROTOCOL = 'mqtt'
/** For the request line and its headers; slower ones hold a place for nothing. */
const HEADERS_TIMEOUT_MS = 10_000
/** How often Node looks for such; by itself each half a minute. */
export const HTTP_CHECK_MS = 1_000

/**
 * Answers upgrades to `mqtt` on this server, and everything else with 426.
 * @param bufferBytes what a stream takes before it says that it is full
 */
export function acceptWebSockets(
  server: HttpServer,
  bufferBytes: number,
  onStream: (stream: Duplex, socket: Socket) => Connection | undefined,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    // [MQTT-6.0.0-3], [MQTT-6.0.0-4]: the client offers it, the server selects it.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = HEADERS_TIMEOUT_MS
  server.on('request', (_, response) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close', 'Content-Type': 'text/plain' })
    response.end('MQTT over WebSocket, subprotocol "mqtt"\n')
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    if (!offered.includes(SUBPROTOCOL)) {
      // Node waits for the other side to close as well, which may never come.
      socket.once('finish', () => socket.destroy())
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nsubprotocol must be "mqtt"\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = onStream(byteStream(webSocket, bufferBytes), request.socket)
      if (connection) boundFraming(webSocket, socket, connection)
    })
  })
}

/** [MQTT-6.0.0-1]: a frame that is not binary closes the connection. */
function byteStream(webSocket: WebSocket, bufferBytes: number): Duplex {
  const stream = createWebSocketStream(webSocket, { highWaterMark: bufferBytes })
  webSocket.prependListener('message', (_, isBinary) => {
    if (!isBinary) stream.destroy()
  })
  return stream
}

/**
 * Ends a connection that sends more than a CONNECT can need before it has sent one, and one whose bytes are hardly MQTT at
 * any time: of empty frames and pings the gate sees nothing, and no rate counts them.
 */
function boundFraming(webSocket: WebSocket, socket: Duplex, connection: Connection): void {
  const framing = new TokenBucket(FRAMING_BYTES, connection.nowMs)
  let [bytes, judgedBytes, mqttBytes] = [0, 0, 0]
  const judge = () => {
    const { nowMs, introduced } = connection
    framing.owe(nowMs, bytes - judgedBytes - BYTES_FOR_ONE * mqttBytes)
    judgedBytes = bytes
    mqttBytes = 0
    if (framing.waitMs(nowMs, 0) > 0 || (!introduced && bytes > BYTES_BEFORE_CONNECT_MAX)) socket.destroy()
  }
  webSocket.on('message', (frame: Buffer) => {
    mqttBytes += frame.length
  })
  socket.on('data', (chunk: Buffer) => {
    // A frame that ends in this chunk comes through before the next turn.
    if (bytes === judgedBytes) setImmediate(judge)
    bytes += chunk.length
  })
}
