/** MQTT over WebSocket (MQTT 3.1.1 §6): the upgrade, and a byte stream of its binary frames. */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'

/** One frame may carry many packets; past this a client has no reason to. */
const FRAME_BYTES_MAX = 256 * 1024
const SUBPROTOCOL = 'mqtt'
/** For the request line and its headers; slower ones hold a place for nothing. */
const HEADERS_TIMEOUT_MS = 10_000

/**
 * Answers upgrades to `mqtt` on this server, and everything else with 426.
 * @param bufferBytes what a stream takes before it says that it is full
 */
export function acceptWebSockets(
  server: HttpServer,
  bufferBytes: number,
  onStream: (stream: Duplex, request: IncomingMessage) => void,
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
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nsubprotocol must be "mqtt"\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => onStream(byteStream(webSocket, bufferBytes), request))
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
