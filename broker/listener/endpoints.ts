/** Where clients connect: TCP, TLS and WebSocket, all handing the same kind of byte stream to the same gate. */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import type { ConnectionPlaces, Place } from '#runtime/connection-places.ts'
import { holdPlaces } from '#runtime/socket-places.ts'
import type { Connection } from './connection.ts'
import { acceptWebSockets, HTTP_CHECK_MS } from './websocket.ts'

const TCP_KEEPALIVE_MS = 60_000
/** Twice the largest message: one alone on a slow line must not look like a client that stopped reading. */
const STREAM_BUFFER_BYTES = 128 * 1024
/** A TLS handshake that is not done by then holds a place for nothing. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Devices that come back at once wait in the kernel instead of trying again a second later; it allows 4,096 (somaxconn). */
const BACKLOG = 4_096

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Endpoint {
  readonly kind: 'tcp' | 'tls' | 'websocket'
  readonly host: string
  readonly port: number
  /** Makes a WebSocket one TLS too; required for `tls`. */
  readonly certificate?: Certificate | undefined
  /** Setting that chose the port: named when the port is taken. */
  readonly setting: string
}

export interface Accepting {
  readonly places: ConnectionPlaces
  readonly onRefused: (refusal: { readonly address: string; readonly reason: string }) => void
  readonly onStream: (stream: Duplex, place: Place) => Connection
}

/** What a handshake has left: bytes to read, over this socket. @returns undefined when the socket is gone */
type Opened = (stream: Duplex, socket: Socket) => Connection | undefined

export interface OpenEndpoint {
  readonly kind: Endpoint['kind']
  readonly port: number
  /** Stops accepting, and resolves when the last connection is gone. */
  close(): Promise<void>
  /** Ends what is left: those in a handshake or an upgrade are nobody's client yet. */
  abandon(): void
}

export async function openEndpoint(
  endpoint: Endpoint,
  { places, onRefused, onStream }: Accepting,
): Promise<OpenEndpoint> {
  const server = createFor(endpoint, (stream, socket) => {
    const place = sockets.placeOf(socket)
    if (place) return onStream(stream, place)
    stream.destroy()
    return undefined
  })
  const sockets = holdPlaces(server, places, onRefused)
  await listen(server, endpoint)
  return {
    kind: endpoint.kind,
    port: (server.address() as { port: number }).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
    abandon: () => sockets.destroy(),
  }
}

function createFor({ kind, certificate }: Endpoint, opened: Opened): Server {
  const options = {
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
    noDelay: true,
    highWaterMark: STREAM_BUFFER_BYTES,
  }
  const secure = { ...options, ...certificate, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, minVersion: 'TLSv1.2' as const }
  const take = (socket: Socket) => void opened(socket, socket)
  switch (kind) {
    case 'tcp':
      return createServer(options, take)
    case 'tls':
      // Node only tells of a handshake that failed or took too long, and leaves its socket open.
      return createTlsServer(secure, take).on('tlsClientError', (_, socket) => socket.destroy())
    case 'websocket': {
      const checked = { connectionsCheckingInterval: HTTP_CHECK_MS }
      const server = certificate
        ? createHttpsServer({ ...secure, ...checked })
        : createHttpServer({ ...options, ...checked })
      acceptWebSockets(server, STREAM_BUFFER_BYTES, opened)
      return server
    }
  }
}

function listen(server: Server, { host, port, setting }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`MQTT port ${host}:${port} is taken by another process; choose another ${setting} or stop it`)
          : error,
      ),
    )
    server.listen({ port, host, backlog: BACKLOG }, resolve)
  })
}
